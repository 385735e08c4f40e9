import { part, Refusal, request, type Fault, type GivenLink, type Medium, type Position, type Radio } from "./api";
import type { Model } from "./model";

/** Changes of the medium: each is told to the daemon, can be taken back, and is noted while one records. */

type Body = Record<string, unknown>;

interface Step { method: string; path: string; body?: unknown; change: Body }

/** A change and what takes it back. */
interface Deed { text: string; undo: Step[] }

export class Actions {
  private readonly deeds: Deed[] = [];
  private recordedSinceMs: number | null = null;
  private notes: { atMs: number; change: Body }[] = [];

  constructor(private readonly model: Model, private readonly told: (problem: string | null) => void, private readonly changed: () => void) {}

  get canUndo(): boolean {
    return this.deeds.length > 0;
  }

  get undoText(): string {
    return this.deeds.at(-1)?.text ?? "";
  }

  get isRecording(): boolean {
    return this.recordedSinceMs !== null;
  }

  get recorded(): number {
    return this.notes.length;
  }

  record(): void {
    if (this.recordedSinceMs === null) [this.recordedSinceMs, this.notes] = [performance.now(), []];
    else this.recordedSinceMs = null;
    this.changed();
  }

  /** What was recorded, as the configuration's `schedule`; JSON is YAML, too. */
  schedule(): string {
    const lines = this.notes.map(({ atMs, change }) => `  - ${JSON.stringify({ at: `${Math.round(atMs)}ms`, ...change })}\n`);
    return `schedule:\n${lines.join("")}`;
  }

  /** Has the daemon carry out what was recorded, or written by hand: times count from now. */
  async replay(text: string): Promise<void> {
    const list = text.trimStart().startsWith("schedule:") ? text.slice(text.indexOf(":") + 1) : text;
    await this.attempt(() => request("PUT", "/schedule", list.replace(/^ *\n/, "")));
  }

  async undo(): Promise<void> {
    const deed = this.deeds.pop();
    this.changed();
    for (const step of deed?.undo ?? []) await this.attempt(() => this.send(step));
  }

  /** Where a radio is from now on. While it is dragged, only the last place is noted, and taken back at once. */
  async move(radio: Radio, position: Position, from: Position | null): Promise<void> {
    const name = this.model.patternOf(radio);
    const step = (to: Position): Step => ({ method: "PATCH", path: `/radios/${part(name)}`, body: { position: to }, change: { radio: { radio: name, position: to } } });
    await this.carryOut(step(position), from ? { text: `${name} to ${from.join(", ")}`, undo: [step(from)] } : null);
  }

  async setRadio(radio: Radio, key: "txPowerDbm" | "antennaGainDbi" | "noiseFloorDbm", value: number): Promise<void> {
    const name = this.model.patternOf(radio);
    const step = (to: number): Step => ({ method: "PATCH", path: `/radios/${part(name)}`, body: { [key]: to }, change: { radio: { radio: name, [key]: to } } });
    await this.carryOut(step(value), { text: `${name}: ${key} ${radio[key]}`, undo: [step(radio[key])] });
  }

  async setLink(from: string, to: string, given: { snrDb?: number; loss?: number } | null, isBothWays: boolean): Promise<void> {
    const links = this.model.medium?.links ?? [];
    const before = links.find((link) => link.from === from && link.to === to);
    const undo = before ? [this.linkStep(from, to, before)] : [this.linkStep(from, to, null)];
    await this.carryOut(this.linkStep(from, to, given ? { from, to, ...given, ...(isBothWays ? {} : { oneWay: true }) } : null),
      { text: `link ${from} to ${to}`, undo });
  }

  async setModel(key: "propagation" | "fading", value: Medium["propagation"]): Promise<void> {
    const step = (to: Medium["propagation"]): Step => to === "none"
      ? { method: "DELETE", path: `/${key}`, change: { [key]: "none" } }
      : { method: "PUT", path: `/${key}`, body: to, change: { [key]: to } };
    await this.carryOut(step(value), { text: key, undo: [step(this.model.medium![key])] });
  }

  async setTiming(timing: string): Promise<void> {
    const step = (to: string): Step => ({ method: "PUT", path: "/timing", body: JSON.stringify(to), change: { timing: to } });
    await this.carryOut(step(timing), { text: `timing ${this.model.medium!.timing}`, undo: [step(this.model.medium!.timing)] });
  }

  async addFault(fault: Omit<Fault, "name" | "hits">): Promise<void> {
    const taken = new Set(this.model.medium?.faults.map((one) => one.name));
    let number = 1;
    while (taken.has(`page${number}`)) number++;
    const name = `page${number}`;
    await this.carryOut({ method: "PUT", path: `/faults/${name}`, body: fault, change: { fault: { name, ...fault } } },
      { text: `fault ${name}`, undo: [{ method: "DELETE", path: `/faults/${name}`, change: { removeFault: name } }] });
  }

  async removeFault({ hits: _, ...fault }: Fault): Promise<void> {
    const { name, ...body } = fault;
    await this.carryOut({ method: "DELETE", path: `/faults/${part(name)}`, change: { removeFault: name } },
      { text: `fault ${name}`, undo: [{ method: "PUT", path: `/faults/${part(name)}`, body, change: { fault } }] });
  }

  private linkStep(from: string, to: string, link: GivenLink | null): Step {
    const path = `/links/${part(from)}/${part(to)}`;
    if (!link) return { method: "DELETE", path, change: { removeLink: { from, to } } };
    const { from: _, to: __, ...body } = link;
    return { method: "PUT", path, body, change: { link } };
  }

  private async carryOut(step: Step, deed: Deed | null): Promise<void> {
    if (!(await this.attempt(() => this.send(step)))) return;
    if (deed) {
      this.deeds.push(deed);
      if (this.deeds.length > 200) this.deeds.shift();
    }
    this.changed();
  }

  private async send(step: Step): Promise<void> {
    await request(step.method, step.path, step.body);
    if (this.recordedSinceMs !== null) this.notes.push({ atMs: performance.now() - this.recordedSinceMs, change: step.change });
  }

  private async attempt(deed: () => Promise<unknown>): Promise<boolean> {
    try {
      await deed();
      this.told(null);
      return true;
    } catch (problem) {
      this.told(problem instanceof Refusal ? problem.message : "the daemon does not answer");
      return false;
    }
  }
}
