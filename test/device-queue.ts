// The queue of work as its readers must expect it, in memory: what is sent comes at least once, that of one location in its order and one after the other; but
// a message whose reader is slow or died is given again, to somebody else at the same time too, and after so many attempts it is for whoever ends the work.
import type { WorkOrder } from "../domain/events.ts";

/** As often as the deployed queue gives one before it is a dead letter. */
const MOST_ATTEMPTS = 3;

/** How one delivery goes: `dies` after that call to a port, `isSlow` so that the message is given to another reader at once, `isRepeated` though it was done. */
export type Fate = { readonly dies: number | undefined; readonly isSlow: boolean; readonly isRepeated: boolean };

export type Message = {
  readonly order: WorkOrder;
  /** Whoever is given it dies, each time. */
  readonly isDoomed: boolean;
  attempts: number;
};
export type Delivery = { readonly message: Message; readonly fate: Fate; readonly isDeadLetter: boolean };

export const queueOf = (fateOf: () => Fate, isDoomed: () => boolean) => {
  const groups = new Map<string, Message[]>();
  const underWay = new Set<string>();
  /** By the work that it is about: it is nobody's luck to be put back into the queue. */
  const dooms = new Map<string, boolean>();
  return {
    /** The same order may be sent twice: what tells them apart forgets after five minutes. */
    send(order: WorkOrder): void {
      const doom = dooms.get(order.workId) ?? isDoomed();
      dooms.set(order.workId, doom);
      groups.set(order.locationId, [...(groups.get(order.locationId) ?? []), { order, isDoomed: doom, attempts: 0 }]);
    },
    /** The next message of a location whose last one is not under way. */
    next(): Delivery | undefined {
      for (const [group, [message]] of groups) {
        if (message === undefined || underWay.has(group)) continue;
        const fate = fateOf();
        message.attempts += 1;
        if (!fate.isSlow) underWay.add(group);
        return { message, fate, isDeadLetter: message.attempts > MOST_ATTEMPTS };
      }
      return undefined;
    },
    /** `isDone`: it goes, unless it is given again all the same. */
    settle({ message, fate }: Delivery, isDone: boolean): void {
      const group = message.order.locationId;
      if (!fate.isSlow) underWay.delete(group);
      if (!isDone || fate.isRepeated) return;
      groups.set(
        group,
        (groups.get(group) ?? []).filter((one) => one !== message),
      );
    },
    isEmpty: (): boolean => [...groups.values()].every(({ length }) => length === 0),
  };
};
export type Queue = ReturnType<typeof queueOf>;
