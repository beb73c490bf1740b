/** Who signs the tokens of the benchmark, and for whom. */
export const issuer = 'https://login.example.com';
export const resource = 'https://bench.example.com/mcp';
