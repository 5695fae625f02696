// The queue of work as its readers must expect it, in memory: what is sent comes at least once, that of one location in its order and one after the other; but
// a message whose reader is slow or died is given again, to somebody else at the same time too, and after so many attempts it is for whoever ends the work.
import type { WorkOrder } from "../../../domain/shared/events.ts";

/** As often as the deployed queue gives one before it is a dead letter. */
export const MOST_ATTEMPTS = 3;

/** How one delivery goes: `dies` after that call to a port, `isSlow` so that the message is given to another reader at once, `isRepeated` though it was done. */
export type Fate = { readonly dies: number | undefined; readonly isSlow: boolean; readonly isRepeated: boolean };

export type Message = {
  readonly order: WorkOrder;
  /** Whoever is given it dies, each time. */
  readonly isDoomed: boolean;
  attempts: number;
  /** How many have it now. */
  readers: number;
  /** How often it was said that the work does not get on. */
  stuck: number;
};
export type Delivery = { readonly message: Message; readonly fate: Fate; readonly isDeadLetter: boolean };

export const queueOf = (fateOf: () => Fate, isDoomed: () => boolean) => {
  const groups = new Map<string, Message[]>();
  const slow = new Set<Message>();
  /** By the work that it is about: it is nobody's luck to be put back into the queue. */
  const dooms = new Map<string, boolean>();
  return {
    /** The same order may be sent twice: what tells them apart forgets after five minutes. */
    send(order: WorkOrder): void {
      const doom = dooms.get(order.workId) ?? isDoomed();
      dooms.set(order.workId, doom);
      groups.set(order.locationId, [...(groups.get(order.locationId) ?? []), { order, isDoomed: doom, attempts: 0, readers: 0, stuck: 0 }]);
    },
    /** The next message of a location: one that nobody has, or that somebody slow has. */
    next(): Delivery | undefined {
      for (const [message] of groups.values()) {
        if (message === undefined || message.readers > (slow.has(message) ? 1 : 0)) continue;
        const fate = fateOf();
        message.attempts += 1;
        message.readers += 1;
        if (fate.isSlow) slow.add(message);
        return { message, fate, isDeadLetter: message.attempts > MOST_ATTEMPTS };
      }
      return undefined;
    },
    /** `isDone`: it goes, unless it is given again all the same. */
    settle({ message, fate }: Delivery, isDone: boolean): void {
      message.readers -= 1;
      if (fate.isSlow) slow.delete(message);
      if (!isDone || fate.isRepeated) return;
      const group = message.order.locationId;
      groups.set(
        group,
        (groups.get(group) ?? []).filter((one) => one !== message),
      );
    },
    isEmpty: (): boolean => [...groups.values()].every(({ length }) => length === 0),
  };
};
export type Queue = ReturnType<typeof queueOf>;
