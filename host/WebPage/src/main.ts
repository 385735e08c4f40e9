import { Actions } from "./actions";
import { Refusal, setToken, view, type Radio } from "./api";
import { byId, element, option, save } from "./dom";
import { RadioMap } from "./map";
import { Model } from "./model";
import { Panel, type Selection } from "./panel";
import { KeptCapture } from "./pcapng";
import { Plots } from "./plots";
import { Timeline } from "./timeline";

const moveMs = 80; // how often a place is told while a radio is dragged
const tableMs = 150;
const silenceMs = 5_000; // the daemon tells something each second

const model = new Model();
const actions = new Actions(model, showProblem, showActions);
const map = new RadioMap(document.querySelector("#map canvas")!, model, {
  selectRadio: (name) => select(name ? { kind: "radio", radio: name } : null),
  selectLink: (from, to) => select({ kind: "link", from, to }),
  move,
});
const panel = new Panel(model, actions, select);
const timeline = new Timeline(model, (frame) => select({ kind: "frame", frame }));
const plots = new Plots(model);
const capture = new KeptCapture(showCapture);

// --- what is selected

function select(selection: Selection): void {
  map.selected = selection?.kind === "radio" ? selection.radio : null;
  map.selectedLink = selection?.kind === "link" ? [selection.from, selection.to] : null;
  map.invalidate();
  panel.show(selection);
}

// --- moving: one request at a time, the newest place next

let waiting: { radio: Radio; position: [number, number, number]; isLast: boolean } | null = null;
let isMoving = false;
let movedFrom: [number, number, number] | null = null;

function move(radio: Radio, position: [number, number, number], isLast: boolean): void {
  movedFrom ??= radio.position;
  waiting = { radio, position, isLast };
  if (!isMoving) void tellMoves();
}

async function tellMoves(): Promise<void> {
  isMoving = true;
  while (waiting) {
    const { radio, position, isLast } = waiting;
    waiting = null;
    await actions.move(radio, position, isLast ? movedFrom : null);
    if (isLast) {
      movedFrom = null;
      const told = model.radios.get(radio.radio);
      if (told) model.radios.set(radio.radio, { ...told, position });
      map.release();
    } else {
      await new Promise((resolve) => setTimeout(resolve, moveMs));
    }
  }
  isMoving = false;
}

// --- the daemon's lines

let shownAt = 0;
let latestLineMs = 0;

async function follow(): Promise<void> {
  for (;;) {
    const stopper = new AbortController();
    const watch = setInterval(() => {
      if (latestLineMs && performance.now() - latestLineMs > silenceMs) stopper.abort();
    }, 1000);
    try {
      let isFirst = true;
      for await (const line of view(stopper.signal)) {
        if (isFirst) {
          model.reset();
          timeline.restart();
          showConnection("live", "");
        }
        isFirst = false;
        latestLineMs = performance.now();
        const frames = model.apply(line);
        map.pass(frames);
        if (line.radios || line.gone || line.links || line.medium) map.invalidate();
        if (line.radios || line.gone) showChannels();
        if (line.channels) showAirtime();
        if (line.status) plots.refresh();
        if (line.status || line.medium || line.radios || line.gone) panel.refresh();
        if (line.skipped || line.lost) showLoss();
        if (frames.length > 0 && latestLineMs - shownAt > tableMs) {
          shownAt = latestLineMs;
          timeline.refresh();
        }
        showHint();
      }
    } catch (problem) {
      if (problem instanceof Refusal) {
        showConnection("refused", problem.message);
        if (problem.status === 401) await askToken();
      }
    }
    clearInterval(watch);
    latestLineMs = 0;
    if (byId("connection").className !== "refused") showConnection("gone", "the daemon does not answer: trying again");
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

function askToken(): Promise<void> {
  const dialog = byId<HTMLDialogElement>("token-dialog");
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener("close", () => {
    setToken(byId<HTMLInputElement>("token").value);
    resolve();
  }, { once: true }));
}

// --- the bars

function showConnection(state: "live" | "gone" | "refused", text: string): void {
  byId("connection").className = state;
  byId("connection").textContent = text || state;
}

function showChannels(): void {
  const chooser = byId<HTMLSelectElement>("channel"), chosen = chooser.value, known = model.frequencies.map(String);
  if ([...chooser.options].slice(1).map((one) => one.value).join() === known.join()) return;
  chooser.replaceChildren(option("", chosen === "", "all"), ...known.map((freq) => option(freq, freq === chosen, `${freq} MHz`)));
}

function showAirtime(): void {
  byId("airtime").replaceChildren(...model.channels.map((channel) => {
    const share = (part: number): string => `${(part * 100).toFixed(1)} %`;
    const vms = Object.entries(channel.vms).sort((one, other) => other[1] - one[1]);
    const bar = element("span", { class: "bar", role: "img", "aria-label": `${channel.freqMhz} MHz busy ${share(channel.busy)}` },
      ...vms.map(([vm, part], i) => {
        const piece = element("i", { class: `share share${i % 6}`, title: `${vm} ${share(part)}` });
        piece.style.width = `${(part / Math.max(1, channel.busy)) * 100}%`;
        return piece;
      }));
    return element("span", { class: "channel", title: [
      `${channel.freqMhz} MHz: busy ${share(channel.busy)}`, ...vms.slice(0, 12).map(([vm, part]) => `${vm} ${share(part)}`),
      `${channel.frames} frames/s, ${channel.retries} retries/s, ${channel.collisions} collisions/s, ${channel.notAcked} not acknowledged/s`].join("\n") },
    `${channel.freqMhz} `, bar, ` ${share(channel.busy)}`, channel.collisions ? `, ${channel.collisions} collisions/s` : "",
    channel.retries ? `, ${channel.retries} retries/s` : "");
  }));
}

function showLoss(): void {
  const parts = [model.skipped ? `${model.skipped} frames not shown: too many at once` : "", model.lost ? `${model.lost} lost: this page was too slow` : ""];
  byId("loss").textContent = parts.filter(Boolean).join("; ");
}

function showHint(): void {
  const hint = byId("hint");
  hint.hidden = model.radios.size > 0;
  if (model.radios.size === 0) hint.textContent = "No radio is on the medium yet. They appear when VMs attach and their radios come up.";
}

function showActions(): void {
  byId<HTMLButtonElement>("undo").disabled = !actions.canUndo;
  byId("undo").title = actions.canUndo ? `Take back: ${actions.undoText} (u)` : "Nothing to take back";
  byId("record").setAttribute("aria-pressed", String(actions.isRecording));
  byId("record").textContent = actions.isRecording ? `Recording ${actions.recorded}` : "Record";
  byId<HTMLButtonElement>("save-schedule").disabled = actions.recorded === 0;
}

function showCapture(): void {
  byId("keep").setAttribute("aria-pressed", String(capture.isRunning));
  byId<HTMLButtonElement>("save-pcapng").disabled = false;
}

let toastTimer = 0;

function showProblem(problem: string | null): void {
  const toast = byId("toast");
  clearTimeout(toastTimer);
  toast.textContent = problem ?? "";
  toast.classList.toggle("shown", problem !== null);
  if (problem) toastTimer = window.setTimeout(() => toast.classList.remove("shown"), 8000);
}

function showLegend(): void {
  const legend = map.colourBy === "snr"
    ? [["good", "≥ 25 dB"], ["fair", "≥ 15"], ["poor", "≥ 5"], ["bad", "less"]]
    : [["good", "≥ 36 Mbit/s"], ["fair", "≥ 12"], ["poor", "less"]];
  byId("legend").replaceChildren(...[...legend, ["management", "management"], ["data", "data"], ["eapol", "EAPOL"], ["lost", "lost"]].map(([name, text]) =>
    element("span", { class: `key ${name}` }, text!)));
}

// --- buttons and keys

function pause(): void {
  timeline.pause();
  byId("pause").setAttribute("aria-pressed", String(timeline.isPaused));
  byId("pause").textContent = timeline.isPaused ? "Go on" : "Pause";
}

function mark(): void {
  model.marks.push({ timeUs: model.latestUs + 1, text: `mark ${model.marks.length + 1}` });
  showRange();
}

/** From which moment to which is saved: all, or what lies between marks. */
function showRange(): void {
  for (const [id, end, endText] of [["save-from", "-Infinity", "the start"], ["save-until", "Infinity", "the end"]] as const) {
    const chooser = byId<HTMLSelectElement>(id), chosen = chooser.value || end;
    chooser.replaceChildren(option(end, chosen === end, endText),
      ...model.marks.map((one) => option(String(one.timeUs), chosen === String(one.timeUs), one.text)));
  }
}

const savedTime = (id: string): number => Number(byId<HTMLSelectElement>(id).value);

const stamp = (): string => new Date().toISOString().slice(0, 19).replaceAll(":", "");

byId("channel").addEventListener("change", () => {
  const value = byId<HTMLSelectElement>("channel").value;
  map.channel = value ? +value : null;
  map.invalidate();
});
byId("colour").addEventListener("change", () => {
  map.colourBy = byId<HTMLSelectElement>("colour").value as "snr" | "rate";
  showLegend();
  map.invalidate();
});
byId("fit").addEventListener("click", () => map.fit());
byId("undo").addEventListener("click", () => void actions.undo());
byId("record").addEventListener("click", () => actions.record());
byId("save-schedule").addEventListener("click", () => save(`schedule-${stamp()}.yaml`, actions.schedule()));
byId("replay").addEventListener("change", async () => {
  const input = byId<HTMLInputElement>("replay"), file = input.files?.[0];
  if (file) await actions.replay(await file.text());
  input.value = "";
});
byId("pause").addEventListener("click", pause);
byId("mark").addEventListener("click", mark);
byId("keep").addEventListener("click", () => capture.toggle());
byId("save-pcapng").addEventListener("click", () => save(`frames-${stamp()}.pcapng`, ...capture.file(savedTime("save-from"), savedTime("save-until"))));
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || (event.target as HTMLElement).matches("input, select, textarea, button")) return;
  const deed = ({ " ": pause, m: mark, f: () => map.fit(), u: () => void actions.undo(), r: () => actions.record() } as Record<string, () => void>)[event.key];
  if (!deed) return;
  event.preventDefault();
  deed();
});

setInterval(() => timeline.refresh(), 500); // what came after the last that was shown
showLegend();
showRange();
panel.show(null);
void follow();

declare global {
  interface Window { shmwifi: { model: Model; map: RadioMap; capture: KeptCapture } }
}
window.shmwifi = { model, map, capture }; // for tests, and for the curious at the browser's console
