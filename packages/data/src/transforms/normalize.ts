// Channels of mean 0 and deviation 1.
import { ShapeError } from "@gradkit/tensor";
import { HostTensor } from "../host-tensor.ts";
import type { Transform } from "./compose.ts";

/**
 * (x − mean[c]) / std[c] for each channel c of images [C, H, W], in float32 as torchvision.transforms.Normalize. Throws a ShapeError when
 * the image has another number of channels.
 *
 * @example
 * normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
 */
export function normalize(mean: readonly number[], std: readonly number[]): Transform<HostTensor<Float32Array>, HostTensor<Float32Array>> {
  if (mean.length !== std.length)
    throw new ShapeError("normalize", `${mean.length} means and ${std.length} deviations. Give one of each per channel`);
  const means = Float32Array.from(mean);
  const deviations = Float32Array.from(std);
  return ({ data, shape }) => {
    if (shape.length !== 3 || shape[0] !== means.length) {
      throw new ShapeError(
        "normalize",
        `the image does not have ${means.length} channels (got [${shape.join(", ")}]). Images are [C, H, W]`,
      );
    }
    const plane = data.length / means.length;
    const result = data.map((x, i) => {
      const c = Math.floor(i / plane);
      return Math.fround(x - (means[c] as number)) / (deviations[c] as number); // rounded after each operation, as float32 arithmetic is
    });
    return new HostTensor(result, shape);
  };
}
