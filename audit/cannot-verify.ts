// Why nothing can be said about the custody log: neither that it is whole nor that it is broken.

export class CannotVerify extends Error {
  constructor(message: string) {
    super(message);
    this.name = "CannotVerify";
  }
}
