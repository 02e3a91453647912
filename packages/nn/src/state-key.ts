// Names of fields as PyTorch spells them.

const CAMEL_CASE = /^[a-z][a-zA-Z0-9]*$/;

/** `runningMean` → `running_mean`; names that are not camelCase stay as they are. */
export const stateKey = (field: string): string =>
  CAMEL_CASE.test(field) ? field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`) : field;
