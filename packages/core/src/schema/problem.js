/** What is wrong with a schema, found at mount: the code is stable, the message says what to change. */
export class SchemaProblem extends Error {
    name = 'SchemaProblem';
    code;
    constructor(code, message, options) {
        super(message, options);
        this.code = code;
    }
}
