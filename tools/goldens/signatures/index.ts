// PyTorch's signatures as its documentation prints them, overloads in lists: names, order, defaults, `*` before keyword-only arguments. Data; the rule
// that lays calls out stands in layout.ts. Types are given where the rule or the choice among overloads needs them: Tensor, bool, int;
// Dim (a dim or several), Size (a shape or count), Operand (an optional second operand), Param (a learned tensor or a statistic), Rate (of a
// dropout layer), Host (numbers that
// torch also reads from a tensor). Functions without optional arguments need no entry.
import { functional } from "./functional.ts";
import { nn } from "./nn.ts";
import { optim } from "./optim.ts";
import { torch } from "./torch.ts";

export const signatures: Readonly<Record<string, string | readonly string[]>> = { ...torch, ...functional, ...nn, ...optim };
