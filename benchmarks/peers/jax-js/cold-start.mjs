// Its first number, from a fresh process.
import { init, numpy as np } from "@jax-js/jax";

await init("wasm");
const [first] = await np.matmul(np.ones([64, 64]), np.ones([64, 64])).data();
console.log(first);
process.exit(0);
