/** Makes elements. Text is always text: what guests have chosen, such as an SSID, never becomes markup. */

type Attributes = Record<string, string | number | boolean | ((event: Event) => void) | undefined>;

export const byId = <T extends HTMLElement = HTMLElement>(id: string): T => document.getElementById(id) as T;

export function element<K extends keyof HTMLElementTagNameMap>(tag: K, attributes: Attributes = {}, ...children: (Node | string)[]): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== undefined && value !== false) made.setAttribute(name, String(value));
  }
  made.append(...children);
  return made;
}

/** A colour of the style sheet as a canvas takes it: a custom property is its text, an element's colour is what that means. */
export function colourOf(name: string): string {
  const probe = element("i", { hidden: true });
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
}

/** Has the browser save a file. */
export function save(name: string, ...parts: BlobPart[]): void {
  const link = element("a", { href: URL.createObjectURL(new Blob(parts)), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

export function option(value: string, isSelected: boolean, text = value): HTMLOptionElement {
  return element("option", { value, selected: isSelected }, text);
}

/** A slider with its value beside it; it is told of when it is let go, and ten times a second while it is drawn. */
export function slider(label: string, range: { min: number; max: number; step: number; unit: string }, value: number | null,
  set: (value: number) => void): HTMLElement {
  const shown = element("output", {}, value === null ? "–" : `${value} ${range.unit}`);
  const input = element("input", { type: "range", min: range.min, max: range.max, step: range.step, value: value ?? range.min, "aria-label": label });
  let timer = 0;
  input.addEventListener("input", () => {
    shown.textContent = `${input.value} ${range.unit}`;
    timer ||= window.setTimeout(() => {
      timer = 0;
      set(+input.value);
    }, 100);
  });
  return element("label", { class: "slider" }, element("span", {}, label), input, shown);
}
