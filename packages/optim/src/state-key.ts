// Names of options and of optimizer state as PyTorch spells them in state dicts.

/** `expAvgSq` → `exp_avg_sq`. */
export const toStateKey = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** `exp_avg_sq` → `expAvgSq`. */
export const fromStateKey = (key: string): string => key.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
