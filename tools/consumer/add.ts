/** Two tensors are added on the CPU: what every program pays for. Its bundle is weighed. */
import { cpu } from "@gradkit/backend-cpu";
import { add, setDefaultDevice, tensor } from "@gradkit/tensor";

setDefaultDevice(await cpu());
console.log(await add(tensor([1, 2]), tensor([3, 4])).tolist());
