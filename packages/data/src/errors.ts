// What can go wrong outside the program: files and networks. Errors about values and formats are @gradkit/tensor's.
import { GradkitError } from "@gradkit/tensor";

/** A file or directory that cannot be read or written. */
export class FileError extends GradkitError {
  override name = "FileError";
  readonly path: string;

  constructor(op: string, path: string, problem: string, options?: ErrorOptions) {
    super(op, problem, options);
    this.path = path;
  }
}

/** A download that no mirror delivered. `failures` says for each address why. */
export class DownloadError extends GradkitError {
  override name = "DownloadError";
  readonly failures: readonly DownloadFailure[];

  constructor(op: string, problem: string, failures: readonly DownloadFailure[]) {
    super(op, problem, { cause: failures[0]?.cause });
    this.failures = failures;
  }
}

export interface DownloadFailure {
  readonly url: string;
  readonly reason: string;
  readonly cause: unknown;
}
