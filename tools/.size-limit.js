// The limits hold for what a browser downloads: bundled, minified, gzipped. Needs `pnpm build`.
export default [
  {
    name: "training an MLP on the CPU backend",
    path: "consumer/train.ts",
    limit: "60 kB",
    gzip: true,
    modifyEsbuildConfig: (config) => ({ ...config, format: "esm" }), // top-level await
  },
];
