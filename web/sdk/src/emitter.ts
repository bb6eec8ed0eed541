// Listeners by name. One that throws harms neither the others nor the page's calls.

type Listener = (...args: any[]) => void;

export function emitter() {
  const listeners = new Map<string, Listener[]>();
  const off = (name: string, callback?: Listener): void =>
    void listeners.set(name, callback ? (listeners.get(name) || []).filter((l) => l !== callback) : []);
  return {
    on: (name: string, callback: Listener): void => void listeners.set(name, [...(listeners.get(name) || []), callback]),
    off,
    emit(name: string, ...args: unknown[]): void {
      for (const listener of listeners.get(name) || []) attempt(() => listener(...args));
    },
  };
}

/** Runs what the page gave us; an error is the page's, and is shown as such, later. */
export function attempt<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    setTimeout(() => {
      throw error;
    });
    return undefined;
  }
}
