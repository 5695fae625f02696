/** An error by its name alone: the message may quote what was sent, a bearer or a token among it. */
export const errorName = (error: unknown): string => (error instanceof Error ? error.name : "unknown");
