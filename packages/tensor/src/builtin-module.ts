interface NodeProcess {
  getBuiltinModule?(id: string): unknown;
}

/** Node's own modules, where there are any, without an import that bundlers would follow. */
export const getBuiltinModule = (globalThis as { process?: NodeProcess }).process?.getBuiltinModule;
