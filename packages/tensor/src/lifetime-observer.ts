// Who is told when tensors are made and released. Empty but in debug mode, so that programs without it carry none of it.

export interface LifetimeObserver {
  made(tensor: object): void;
  released(tensor: object): void;
  /** What to add to the message about a released tensor. */
  describe(tensor: object): string;
}

let observer: LifetimeObserver | null = null;

export function observeLifetimes(next: LifetimeObserver | null): void {
  observer = next;
}

export const lifetimeObserver = (): LifetimeObserver | null => observer;
