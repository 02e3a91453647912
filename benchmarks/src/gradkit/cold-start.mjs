// Plain JavaScript on the built packages, as a user's program is.
import { cpu } from "@gradkit/backend-cpu";
import { ones, setDefaultDevice } from "@gradkit/tensor";

setDefaultDevice(await cpu());
const [first] = await ones([64, 64])
  .matmul(ones([64, 64]))
  .data();
console.log(first);
