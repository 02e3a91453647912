// A plain `npm install` would leave a tree without the workspace's links; say what to run before anything is installed.
if (!process.env.npm_config_user_agent?.startsWith("pnpm/")) {
  console.error(`
This repository is a pnpm workspace; \`npm install\` does not set it up. Run one of

  npm run demo     sets up and trains on MNIST
  npm test         sets up and runs the tests
  npx -y pnpm@12.21.0 install
`);
  process.exit(1);
}
