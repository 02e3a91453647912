// The float64 reference backend as the default device: loaders and files are tested without any real one.
import { setDefaultDevice } from "@gradkit/tensor";
import { reference } from "@gradkit/tensor/testing";

export function useReferenceDevice(): void {
  setDefaultDevice(reference());
}
