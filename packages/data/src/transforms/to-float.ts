// Bytes to numbers that a network likes.
import { HostTensor } from "../host-tensor.ts";

/** Pixels 0..255 to float32 in 0..1, as torchvision.transforms.ToTensor; the shape stays. */
export function toFloat(image: HostTensor<Uint8Array | Uint8ClampedArray>): HostTensor<Float32Array> {
  return new HostTensor(
    Float32Array.from(image.data, (byte) => byte / 255),
    image.shape,
  );
}
