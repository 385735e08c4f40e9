import { octets } from "./api";

/** Frames whole, as /v1/live tells them in pcapng (draft-ietf-opsawg-pcapng), kept to be saved. */

const keptOctets = 64 << 20;
const enhancedPacket = 6;

export class KeptCapture {
  private head: Uint8Array[] = []; // section, interfaces
  private packets: Uint8Array[] = [];
  private size = 0;
  private stopper: AbortController | null = null;

  constructor(private readonly changed: () => void) {}

  get isRunning(): boolean {
    return this.stopper !== null;
  }

  get frames(): number {
    return this.packets.length;
  }

  toggle(): void {
    if (this.stopper) this.stopper.abort();
    else void this.run(this.stopper = new AbortController());
  }

  /** The file: what was kept, from a time on and until another, µs since 1970. */
  file(sinceUs: number, untilUs: number): Uint8Array<ArrayBuffer>[] {
    const within = (timeUs: number): boolean => timeUs >= sinceUs && timeUs < untilUs;
    return [...this.head, ...this.packets.filter((packet) => within(timeUsOf(packet)))] as Uint8Array<ArrayBuffer>[];
  }

  private async run(stopper: AbortController): Promise<void> {
    [this.head, this.packets, this.size] = [[], [], 0];
    this.changed();
    let rest = new Uint8Array(0);
    try {
      for await (const chunk of octets("/live?lost=true", stopper.signal)) {
        const all = new Uint8Array(rest.length + chunk.length);
        all.set(rest);
        all.set(chunk, rest.length);
        rest = this.take(all);
      }
    } catch {
      // It was stopped, or the daemon has gone: what is kept stays.
    }
    this.stopper = null;
    this.changed();
  }

  /** Takes whole blocks; returns what is left. */
  private take(all: Uint8Array): Uint8Array<ArrayBuffer> {
    const view = new DataView(all.buffer);
    let at = 0;
    while (all.length - at >= 12) {
      const length = view.getUint32(at + 4, true);
      if (length < 12 || all.length - at < length) break;
      const block = all.slice(at, at + length);
      if (view.getUint32(at, true) === enhancedPacket) {
        this.packets.push(block);
        this.size += length;
      } else {
        this.head.push(block);
      }
      at += length;
    }
    if (this.size > keptOctets) {
      const gone = this.packets.splice(0, this.packets.length >> 2);
      for (const packet of gone) this.size -= packet.length;
    }
    return all.slice(at) as Uint8Array<ArrayBuffer>;
  }
}

/** The daemon's interfaces have if_tsresol 9: nanoseconds, more than a number has digits for. Cut off as the times of /v1/view are. */
function timeUsOf(packet: Uint8Array): number {
  const view = new DataView(packet.buffer, packet.byteOffset);
  return Number((BigInt(view.getUint32(12, true)) << 32n | BigInt(view.getUint32(16, true))) / 1000n);
}
