import type { ChannelUse, Frame, Line, Link, Medium, Radio, Status } from "./api";

/** What the page knows: the daemon's lines, put together. */

const keptFrames = 200_000; // some minutes at 1,000 frames/s; about 60 MB
const keptSeconds = 600;

export interface Association { bssid: string; accessPoint: string | null; sinceUs: number }

/** A four-way handshake: IEEE 802.11-2020, 12.7.6. */
export interface Handshake { station: string; bssid: string; startUs: number; messages: (boolean | null)[] }

export interface Mark { timeUs: number; text: string }

/** One second of the medium. */
export interface Second { time: number; frames: number; bytes: number; p50: number | null; p99: number | null }

export const linkKey = (from: string, to: string): string => `${from}>${to}`;

export class Model {
  readonly radios = new Map<string, Radio>();
  readonly links = new Map<string, Link>();
  readonly owners = new Map<string, string>(); // address -> radio
  readonly associations = new Map<string, Association>(); // station's radio -> BSS
  readonly ssids = new Map<string, string>(); // BSSID -> SSID
  readonly rates = new Map<string, { rate: string; mbps: number; timeUs: number }>(); // of each direction's latest data frame
  readonly handshakes: Handshake[] = [];
  readonly marks: Mark[] = [];
  readonly seconds: Second[] = [];
  frames: Frame[] = [];
  medium: Medium | null = null;
  status: Status | null = null;
  channels: ChannelUse[] = [];
  lost = 0;
  skipped = 0;
  latestUs = 0;
  private framesThisSecond: Frame[] = [];

  /** Takes a line; the frames that are new are returned, for those who show them pass. */
  apply(line: Line): Frame[] {
    for (const name of line.gone ?? []) this.forget(name);
    for (const radio of line.radios ?? []) {
      this.radios.set(radio.radio, radio);
      for (const address of radio.addresses) this.owners.set(address, radio.radio);
    }
    if (line.links) {
      this.links.clear();
      for (const link of line.links) this.links.set(linkKey(link.from, link.to), link);
    }
    if (line.medium) this.medium = line.medium;
    if (line.channels) this.channels = line.channels;
    if (line.status) this.addSecond(line.time, line.status);
    this.lost += line.lost ?? 0;
    this.skipped += line.skipped ?? 0;
    const frames = line.frames ?? [];
    for (const frame of frames) this.learn(frame);
    if (frames.length > 0) {
      this.framesThisSecond = frames;
      this.frames.push(...frames);
      this.latestUs = frames[frames.length - 1]!.timeUs;
      if (this.frames.length > keptFrames * 1.1) this.frames = this.frames.slice(-keptFrames);
    }
    return frames;
  }

  /** After a break: what the daemon tells anew must not stand beside what was. */
  reset(): void {
    for (const name of [...this.radios.keys()]) this.forget(name);
    this.links.clear();
    this.status = null;
  }

  radiosOf(vm: string): Radio[] {
    return [...this.radios.values()].filter((radio) => radio.vm === vm);
  }

  /** How changes name a radio: its VM where that has one, else by the number that stays when its guest makes radios again. */
  patternOf(radio: Radio): string {
    return this.radiosOf(radio.vm).length === 1 ? radio.vm : `${radio.vm}/radio${radio.number}`;
  }

  ssidOf(radio: Radio): string | null {
    for (const address of radio.addresses) {
      const ssid = this.ssids.get(address);
      if (ssid !== undefined) return ssid;
    }
    const bss = this.associations.get(radio.radio);
    return bss ? this.ssids.get(bss.bssid) ?? null : null;
  }

  get frequencies(): number[] {
    return [...new Set([...this.radios.values()].map((radio) => radio.freqMhz).filter((freq) => freq > 0))].sort((a, b) => a - b);
  }

  private forget(name: string): void {
    for (const address of this.radios.get(name)?.addresses ?? []) {
      if (this.owners.get(address) === name) this.owners.delete(address);
    }
    this.radios.delete(name);
    this.associations.delete(name);
  }

  private addSecond(time: number, status: Status): void {
    const before = this.status;
    this.status = status;
    if (!before) return;
    const worst = (pick: (quantiles: { p50: number; p99: number }) => number): number | null =>
      status.latency.length ? Math.max(...status.latency.map((latency) => pick(latency.us))) : null;
    this.seconds.push({
      time,
      frames: Math.max(0, status.medium.frames - before.medium.frames),
      bytes: Math.max(0, status.medium.bytes - before.medium.bytes),
      p50: worst((us) => us.p50),
      p99: worst((us) => us.p99),
    });
    if (this.seconds.length > keptSeconds) this.seconds.shift();
  }

  private learn(frame: Frame): void {
    const receiver = frame.receiver ? this.owners.get(frame.receiver) ?? null : null;
    if (frame.ssid !== null && frame.bssid && (frame.name === "Beacon" || frame.name === "Probe Response")) this.ssids.set(frame.bssid, frame.ssid);
    if (receiver && frame.type === "data" && frame.acked !== false) {
      this.rates.set(linkKey(frame.radio, receiver), { rate: frame.rate, mbps: frame.mbps, timeUs: frame.timeUs });
    }
    if (frame.type === "data" && frame.bssid && frame.acked) this.associate(frame, receiver);
    if (frame.name === "Deauthentication" || frame.name === "Disassociation") {
      for (const name of [frame.radio, receiver]) {
        if (name && this.associations.get(name)?.bssid === frame.bssid) this.associations.delete(name);
      }
    }
    if (frame.message !== null) this.shake(frame);
  }

  // Data to or from an access point that was acknowledged: the two are associated (a BSSID is its access point's address, 9.2.4.3.4).
  private associate(frame: Frame, receiver: string | null): void {
    const [station, accessPoint] = frame.bssid === frame.receiver ? [frame.radio, receiver]
      : frame.bssid === frame.transmitter ? [receiver, frame.radio] : [null, null];
    if (!station || station === accessPoint) return;
    const now = this.associations.get(station);
    if (now?.bssid === frame.bssid) now.accessPoint = accessPoint;
    else this.associations.set(station, { bssid: frame.bssid!, accessPoint, sinceUs: frame.timeUs });
  }

  private shake(frame: Frame): void {
    const message = frame.message!;
    const fromStation = message === 2 || message === 4;
    const station = (fromStation ? frame.transmitter : frame.receiver) ?? "";
    let handshake = this.handshakes.findLast((one) => one.station === station && one.bssid === frame.bssid);
    if (!handshake || (message === 1 && handshake.messages[1] !== null)) {
      handshake = { station, bssid: frame.bssid ?? "", startUs: frame.timeUs, messages: [null, null, null, null] };
      this.handshakes.push(handshake);
      if (this.handshakes.length > 64) this.handshakes.shift();
    }
    handshake.messages[message - 1] = frame.acked !== false;
  }

  /** The frames of the latest line. */
  get latest(): readonly Frame[] {
    return this.framesThisSecond;
  }
}
