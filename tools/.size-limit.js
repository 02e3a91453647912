// What a browser downloads: bundled, minified, gzipped. Limits stand about 5 % above what was measured; that of the perceptron is a promise.
// Needs `pnpm build`.
const program = (name, path, limit) => ({
  name,
  path,
  limit,
  gzip: true,
  modifyEsbuildConfig: (config) => ({ ...config, format: "esm" }), // top-level await
});

export default [
  program("adding two tensors on the CPU backend", "consumer/add.ts", "77 kB"),
  program("training a perceptron on the small CPU backend", "consumer/mlp.ts", "60 kB"),
  program("the README's recipe: convolutions, MNIST, every CPU kernel", "consumer/recipe.ts", "105 kB"),
];
