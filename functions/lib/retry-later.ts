// Work that stopped by itself before its time was up and goes on when the same message is given again. It is no failure.

export class RetryLater extends Error {
  constructor(message: string) {
    super(message);
    this.name = "RetryLater";
  }
}
