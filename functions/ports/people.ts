// The people who sign in, at the identity provider.

/** Those who sign in, at the identity provider. */
export interface People {
  /** Invites somebody by e-mail, unless they are known already; answers their subject. */
  invite(email: string): Promise<string>;
  /** Sends the invitation again, with a new temporary password, unless they have set a password of their own or nobody there has this subject. */
  inviteAgain(subject: string): Promise<"sent" | "accepted" | "unknown">;
  /** Nobody signs in as them any more. Harmless when nobody there has this subject. */
  remove(subject: string): Promise<void>;
}
