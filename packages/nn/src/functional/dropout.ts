// Dropout as PyTorch's functional form: off outside training.
import { dropout as drop, type Generator, type Tensor } from "@gradkit/tensor";

export interface DropoutOptions {
  /** Probability of a zero. Default: 0.5. */
  p?: number;
  /** Without it x is returned as it is. Default: true. */
  training?: boolean;
  /** Default: the default generator. */
  generator?: Generator;
}

/** Zeroes each element with probability p and scales the others by 1/(1 − p) (Srivastava et al. 2014). */
export function dropout(x: Tensor, { p = 0.5, training = true, generator }: DropoutOptions = {}): Tensor {
  return training && p !== 0 ? drop(x, p, generator ? { generator } : {}) : x;
}
