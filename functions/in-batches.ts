// Items in batches, so that what is done with them can be done side by side.

/** Yields every item that could be read before it throws what kept the reading from its end: an item that can't be read keeps back none of the others. */
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
