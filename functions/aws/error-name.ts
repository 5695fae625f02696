/** The name of an error, without its message, which may quote the request with a bearer or a token in it. */
export const errorName = (error: unknown): string => (error instanceof Error ? error.name : "unknown");
