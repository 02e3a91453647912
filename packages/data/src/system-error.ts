// Why a system call failed, in words.

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file or directory",
  ENOTDIR: "a part of the path is not a directory",
  EISDIR: "it is a directory",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EEXIST: "there is a file of that name",
  ENOTFOUND: "no such server is known, as without a network",
  EAI_AGAIN: "the name of the server cannot be looked up, as without a network",
  ECONNREFUSED: "the server refuses connections",
  ECONNRESET: "the server closed the connection",
  ENETUNREACH: "there is no way to the server, as without a network",
  ETIMEDOUT: "the server did not answer",
  UND_ERR_SOCKET: "the server closed the connection",
  UND_ERR_CONNECT_TIMEOUT: "the server did not answer",
};

/** "the disk is full (ENOSPC)". */
export function explain(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code !== "string") return String(error);
  return reasons[code] ? `${reasons[code]} (${code})` : code;
}
