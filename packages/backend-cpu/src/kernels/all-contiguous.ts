// Whether a call is one row. A loop: a closure would be made for each call.
import { isContiguous, type View } from "@gradkit/tensor/backend";

export function allContiguous(views: readonly View[]): boolean {
  for (let i = 0; i < views.length; i++) if (!isContiguous(views[i] as View)) return false;
  return true;
}
