/** The control API (docs/control.md) as a page uses it. */

export type Position = [number, number, number];

export interface Radio {
  radio: string; vm: string; name: string; number: number; addresses: string[]; freqMhz: number; isMonitor: boolean; position: Position;
  txPowerDbm: number; antennaGainDbi: number; noiseFloorDbm: number; dataRate: string;
}

export interface Link { from: string; to: string; freqMhz: number; signalDbm: number; snrDb: number; loss?: number; rate: string; per: number }

export interface Frame {
  number: number; timeUs: number; radio: string; freqMhz: number; length: number; type: string; name: string; match: string | null;
  receiver: string | null; transmitter: string | null; bssid: string | null; ssid: string | null; eapol: boolean; message: number | null;
  signalDbm: number | null; rate: string; mbps: number; attempts: number; collisions: number; acked: boolean | null; noRoom: boolean;
  airtimeUs: number;
}

export interface ChannelUse {
  freqMhz: number; busy: number; vms: Record<string, number>; frames: number; retries: number; collisions: number; notAcked: number;
}

export interface Quantiles { p50: number; p99: number; p999: number; max: number }

export interface Vm {
  name: string; state: string; kind: string; path: string | null; txFrames: number; txBytes: number; rxFrames: number; rxBytes: number; acked: number;
  notAcked: number; retries: number; lostOnAir: number; noRoom: number; drops: Record<string, number>; txSlotsHeld: number; txSlots: number;
  rxOutstanding: number; rxDescriptors: number; clockErrorUs: number | null;
}

export interface Latency { from: string; to: string; frames: number; us: Quantiles; hops: Record<string, Quantiles> }

export interface Status {
  medium: { frames: number; bytes: number; delivered: number; dropped: number };
  vms: Vm[];
  latency: Latency[];
}

export interface GivenLink { from: string; to: string; oneWay?: boolean; snrDb?: number; loss?: number }

export interface Fault { name: string; match?: Record<string, unknown>; action: unknown; probability?: number; count?: number; hits?: number }

export interface Wall { name: string; from: [number, number]; to: [number, number]; material?: string; lossDb?: number }

export interface Medium {
  timing: string; seed: number; radios: (Record<string, unknown> & { radio: string })[]; links: GivenLink[];
  propagation: "none" | ({ model: string } & Record<string, unknown>); walls: Wall[]; fading: "none" | ({ model: string } & Record<string, unknown>);
  faults: Fault[];
}

/** A line of /v1/view: what has changed since the line before. */
export interface Line {
  time: number; radios?: Radio[]; gone?: string[]; links?: Link[]; medium?: Medium; changes?: Record<string, unknown>[]; status?: Status;
  channels?: ChannelUse[]; frames?: Frame[]; skipped?: number; lost?: number;
}

export class Refusal extends Error {
  constructor(readonly status: number, message: string) {
    super(message);
  }
}

// A fragment is not sent to the server; the token stays with this tab, and no other site's page can have it sent, as it could a cookie.
const tokenKey = "token";
const fragment = new URLSearchParams(location.hash.slice(1)).get(tokenKey);
if (fragment) {
  sessionStorage.setItem(tokenKey, fragment);
  history.replaceState(null, "", location.pathname);
}

export function setToken(token: string): void {
  sessionStorage.setItem(tokenKey, token.trim());
}

async function send(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
  const headers: Record<string, string> = {};
  const token = sessionStorage.getItem(tokenKey);
  if (token) headers["Authorization"] = `Bearer ${token}`;
  const answer = await fetch(`/v1${path}`, {
    method, headers, signal: signal ?? null, credentials: "omit",
    body: body === undefined ? null : typeof body === "string" ? body : JSON.stringify(body),
  });
  if (!answer.ok) {
    const problem = await answer.json().catch(() => ({})) as { detail?: string };
    throw new Refusal(answer.status, problem.detail ?? answer.statusText);
  }
  return answer;
}

export async function request<T>(method: string, path: string, body?: unknown): Promise<T> {
  const text = await (await send(method, path, body)).text();
  return (text.trim() ? JSON.parse(text) : null) as T;
}

export const part = (name: string): string => encodeURIComponent(name);

/** Octets of an answer without end. */
export async function* octets(path: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const reader = (await send("GET", path, undefined, signal)).body!.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

/** The lines of /v1/view. */
export async function* view(signal: AbortSignal): AsyncGenerator<Line> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of octets("/view", signal)) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop()!;
    for (const line of lines) yield JSON.parse(line) as Line;
  }
}
