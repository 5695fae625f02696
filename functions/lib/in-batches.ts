// Groups items into batches, which can be processed concurrently.

/** Yields every item that could be read, and throws the error of the reading last: an item that can't be read keeps back none of the others. */
export async function* inBatches<Item>(items: AsyncIterable<Item>, size: number): AsyncGenerator<Item[]> {
  let batch: Item[] = [];
  let failure: { readonly reason: unknown } | undefined;
  try {
    for await (const item of items) {
      batch.push(item);
      if (batch.length < size) continue;
      yield batch;
      batch = [];
    }
  } catch (reason) {
    failure = { reason };
  }
  if (batch.length > 0) yield batch;
  if (failure !== undefined) throw failure.reason;
}
