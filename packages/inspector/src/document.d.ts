/** The page, as `build.ts` makes it. */
export declare const page: {
  /** The HTML, compressed with gzip, in base64. */
  readonly gzip: string;
  readonly etag: string;
  /** The sources of a Content-Security-Policy that name its scripts and its styles by their hashes. */
  readonly script: string;
  readonly style: string;
};
