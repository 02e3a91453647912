// WebGPU's flags, by the numbers of the specification: the globals that name them exist only where WebGPU is built in.

export const bufferUsage = { mapRead: 0x1, copySource: 0x4, copyDestination: 0x8, uniform: 0x40, storage: 0x80 };
export const computeStage = 0x4;
export const mapForReading = 0x1;
