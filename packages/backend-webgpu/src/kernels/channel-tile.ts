// Convolutions take four neighbouring channels at a time. A last, shorter tile reads its last channel again and does not store it.

const size = 4;
const lanes = Array.from({ length: size }, (_, t) => t);

export const channelTile = {
  size,
  /** One line of code a channel. */
  map: (line: (channel: number) => string): string => lanes.map(line).join("\n  "),
};

export const tiles = (channels: number): number => Math.ceil(channels / size);
