// Encryption of values that have to be shown again.

/** Encrypts what has to be shown again, each for what it belongs to. */
export interface Cipher {
  encrypt(text: string, belongsTo: string): Promise<string>;
  /** Rejects what was encrypted for something else. */
  decrypt(ciphertext: string, belongsTo: string): Promise<string>;
}
