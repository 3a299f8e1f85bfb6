import { open } from 'node:fs/promises';

/** What is there instead of a readable text file. */
export interface UnreadableFile {
  readonly kind: 'missing' | 'unusable';
  /** Completes "found …". */
  readonly found: string;
}

/**
 * Reads a text file of at most `maxBytes`, whatever it is: a pipe is read until it ends, a device
 * that never ends is not read for long.
 *
 * @param path - relative ones start at the working directory
 */
export async function readTextFile(
  path: string,
  maxBytes: number,
): Promise<{ readonly kind: 'content'; readonly text: string } | UnreadableFile> {
  const read = await readBinaryFile(path, maxBytes);
  if (read.kind !== 'content') return read;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(read.bytes);
    return { kind: 'content', text };
  } catch {
    return unusable(`${path}, which is not UTF-8`);
  }
}

/** Reads any file of at most `maxBytes`, likewise. */
export async function readBinaryFile(
  path: string,
  maxBytes: number,
): Promise<{ readonly kind: 'content'; readonly bytes: Uint8Array } | UnreadableFile> {
  try {
    const bytes = await readBytes(path, maxBytes + 1);
    if (bytes.length > maxBytes) return unusable(`${path}, which has more than ${maxBytes} bytes`);
    return { kind: 'content', bytes };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    if (code === 'ENOENT') return { kind: 'missing', found: `no file ${path}` };
    if (code === 'EISDIR') return unusable(`${path}, which is a directory`);
    if (code === 'EACCES') return unusable(`${path}, which may not be read`);
    return unusable(`${path}, which cannot be read (${code})`);
  }
}

/** The first bytes of a file, at most `count`. */
async function readBytes(path: string, count: number): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const bytes = Buffer.alloc(count);
    let length = 0;
    while (length < count) {
      const { bytesRead } = await file.read(bytes, length, count - length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return bytes.subarray(0, length);
  } finally {
    await file.close();
  }
}

function unusable(found: string): UnreadableFile {
  return { kind: 'unusable', found };
}
