"use strict";
// Makes slides of the flat page. A heading begins a slide, and what is too long for one slide goes on on the next.
// Slides have a fixed size and are scaled to the window, so that what fits here fits everywhere.

const [WIDTH, HEIGHT] = [1280, 720];
const NARROWEST = 640; // in a narrower window, such as a telephone's, the flat page reads better
const ENLARGED = 1.4; // a figure is drawn for a notebook's column: on a slide it may be so much larger
const LEGIBLE = 0.9; // a figure that had to be smaller than this part of its size is shown again in two halves
const SHRINKING = ".code, .output, table"; // what may be in small print; sentences never are
const PIECES = "pre, tbody, ul, ol"; // what can be cut between its children

const main = document.querySelector("main");
const slides = [];
let current = 0;

// --- laying out ----------------------------------------------------------------------------------------------

const make = (tag, className, ...children) => {
  const element = document.createElement(tag);
  element.className = className;
  element.append(...children);
  return element;
};
const bodyOf = (slide) => slide.children[1];
const fits = (body) => body.scrollHeight <= body.clientHeight && body.scrollWidth <= body.clientWidth;
const pictureIn = (block) => block.querySelector(".output > img, .output img:not(.formula)") ?? null;

function newSlide(section, goesOn) {
  const heading = section.heading.cloneNode(true);
  if (goesOn) {
    heading.removeAttribute("id");
    heading.append(", continued");
  }
  const header = make("header", "", heading);
  const slide = make("section", goesOn ? "slide goes-on" : "slide", header, make("div", "body"), make("footer", ""));
  slide.notes = section.notes;
  main.append(slide);
  slides.push(slide);
  return slide;
}

// The page as sections: a heading, notes, and groups of blocks that belong together on a slide.
function sections() {
  const found = [];
  for (const cell of [...main.children]) {
    cell.remove();
    const groups = () => found.at(-1).groups;
    if (cell.matches(".prose")) {
      for (const block of [...cell.children]) {
        if (block.matches("h1, h2, h3, h4, h5, h6")) found.push({ heading: block, notes: [], groups: [] });
        else if (!found.length) found.push({ heading: make("h1", "", document.title), notes: [], groups: [[block]] });
        else if (block.matches(".notes")) found.at(-1).notes = [...block.children].map((note) => note.textContent);
        else groups().push([block]);
      }
    } else {
      if (!found.length) found.push({ heading: make("h1", "", document.title), notes: [], groups: [] });
      const question = groups().at(-1)?.length === 1 && groups().at(-1)[0].matches("p") ? groups().pop() : [];
      groups().push([...question, ...[...cell.children].flatMap(single)]);
    }
  }
  return found;
}

// An output with several children as one block each. The lines of a text become elements, so that it can be cut.
function single(block) {
  const parts = block.children.length > 1 && block.matches(".output") ? [...block.children] : [];
  const blocks = parts.length ? parts.map((part) => make("div", "output", part)) : [block];
  for (const pre of blocks.flatMap((one) => [...one.querySelectorAll("pre")])) {
    const lines = pre.innerHTML.replace(/\n$/, "").split("\n");
    pre.innerHTML = lines.map((line) => `<span>${line}\n</span>`).join("");
  }
  return blocks;
}

// How large figures are drawn, and whether code and outputs are in small print: from the best to the last resort.
const SIZES = [[ENLARGED, false], [1.2, false], [1, false], [1, true]];

function resize(blocks, [scale, small], body) {
  for (const block of blocks) {
    const picture = pictureIn(block);
    if (picture) picture.style.width = `${Math.min(picture.naturalWidth * scale, body.clientWidth)}px`;
    block.classList.toggle("small", small && block.matches(SHRINKING));
  }
}

// Put the blocks on the slide if they fit. What stands there already shrinks only to make room for the sentence below it.
function put(blocks, body) {
  const before = [...body.children];
  const sentence = before.length > 0 && blocks.length === 1 && !blocks[0].matches(".code, .output");
  const size = body.size ?? 0;
  body.append(...blocks);
  for (const index of sentence || !before.length ? SIZES.keys() : [size]) {
    if (index < size) continue;
    resize(body.children, SIZES[index], body);
    body.size = index;
    if (fits(body)) return true;
  }
  blocks.forEach((block) => block.remove());
  body.size = size;
  resize(before, SIZES[size], body);
  return false;
}

function place(section, blocks) {
  if (slides.at(-1).matches(".picture")) newSlide(section, true);
  if (put(blocks, bodyOf(slides.at(-1)))) return;
  if (bodyOf(slides.at(-1)).children.length && put(blocks, bodyOf(newSlide(section, true)))) return;
  if (blocks.length > 1) blocks.forEach((block) => place(section, [block]));
  else if (pictureIn(blocks[0])) placePicture(section, blocks[0]);
  else cut(section, blocks[0]);
}

// A block that is too long even alone on a slide: as much of it as fits, and the rest on the next.
function cut(section, block) {
  const body = bodyOf(slides.at(-1));
  const inside = (one) => (one.matches(PIECES) ? one : one.querySelector(PIECES));
  const rest = block.cloneNode(true);
  inside(rest)?.replaceChildren();
  block.classList.toggle("small", block.matches(SHRINKING));
  body.append(block);
  if (body.scrollWidth > body.clientWidth) block.classList.add("breaks");
  while (!fits(body) && inside(block)?.children.length > 1) inside(rest).prepend(inside(block).lastElementChild);
  if (inside(rest)?.children.length) {
    if (rest.matches("ol")) rest.start = block.start + block.children.length;
    newSlide(section, true);
    place(section, [rest]);
  }
}

// A figure that is too tall: without heading and margins, and if its words are small then, again in two halves.
function placePicture(section, block) {
  const empty = slides.at(-1);
  const slide = bodyOf(empty).children.length ? newSlide(section, true) : empty;
  slide.classList.add("picture");
  const body = bodyOf(slide);
  const picture = pictureIn(block);
  body.append(block);
  const scale = Math.min(ENLARGED, body.clientHeight / picture.naturalHeight, body.clientWidth / picture.naturalWidth);
  resize([block], [scale, false], body);
  for (const half of scale < LEGIBLE ? [0, 1] : []) {
    const larger = newSlide(section, true);
    const window_ = bodyOf(larger);
    const copy = picture.cloneNode();
    copy.alt = "";
    const part = make("div", "part", copy);
    window_.append(part);
    part.style.height = `${window_.clientHeight}px`;
    const width = Math.min(window_.clientWidth, (picture.naturalWidth * window_.clientHeight * 1.9) / picture.naturalHeight);
    copy.style.width = part.style.width = `${width}px`;
    const hidden = (picture.naturalHeight * width) / picture.naturalWidth - window_.clientHeight;
    copy.style.marginTop = `${-half * hidden}px`;
  }
}

function layOut() {
  document.documentElement.classList.add("slides");
  for (const section of sections()) {
    newSlide(section, false);
    section.groups.forEach((blocks) => place(section, blocks));
  }
  slides.forEach((slide, index) => {
    slide.setAttribute("aria-label", `Slide ${index + 1} of ${slides.length}`);
    const bar = make("progress", "");
    [bar.max, bar.value] = [slides.length, index + 1];
    bar.setAttribute("aria-hidden", "true");
    const keys = "→ next   ← back   ↓ ↑ whole slides   S speaker notes   F full screen";
    const course = make("span", "course", index ? slides[0].querySelector("h1")?.textContent ?? "" : keys);
    slide.lastChild.append(course, bar, `${index + 1} / ${slides.length}`);
    hideAnswers(slide);
  });
}

// An output waits, with what stands below it, until a key is pressed: ask the room first.
function hideAnswers(slide) {
  let wait = false;
  for (const block of bodyOf(slide).children) {
    wait ||= block.matches(".output:not(:has(.in-notebook))") && block !== bodyOf(slide).firstElementChild;
    block.classList.toggle("waits", wait);
  }
}

// --- moving --------------------------------------------------------------------------------------------------

const waiting = () => [...slides[current].querySelectorAll(".waits")];

function show(index, complete) {
  slides[current].classList.remove("current");
  current = Math.max(0, Math.min(index, slides.length - 1));
  slides[current].classList.add("current");
  if (complete) waiting().forEach((block) => block.classList.remove("waits"));
  history.replaceState(null, "", `#${current + 1}`);
  status.textContent = `Slide ${current + 1} of ${slides.length}`;
  tellSpeaker();
}

function next() {
  const blocks = waiting();
  if (!blocks.length) return show(current + 1);
  const end = blocks.findIndex((block, place) => place > 0 && block.matches(".output"));
  blocks.slice(0, end < 0 ? blocks.length : end).forEach((block) => block.classList.remove("waits"));
}

const back = () => show(current - 1, true);
const fullScreen = () => (document.fullscreenElement ? document.exitFullscreen() : document.body.requestFullscreen());

let speaker = null;

function openSpeaker() {
  speaker = window.open("", "speaker", "width=700,height=500");
  tellSpeaker();
}

function tellSpeaker() {
  if (!speaker || speaker.closed) return;
  const page = speaker.document;
  const add = (tag, text) => (page.body.appendChild(page.createElement(tag)).textContent = text);
  page.body.replaceChildren();
  page.title = "Speaker notes";
  page.body.style = "font: 20px/1.4 system-ui, sans-serif; margin: 1em";
  add("h1", `${current + 1} / ${slides.length}: ${slides[current].querySelector("header").textContent}`);
  if (slides[current].notes.length) add("h2", "Mistakes that the quiz of this section catches");
  slides[current].notes.forEach((note) => add("p", note));
  add("h2", "Next");
  add("p", slides[current + 1]?.querySelector("header").textContent ?? "the end");
}

const KEYS = {
  ArrowRight: next,
  PageDown: next,
  " ": next,
  Enter: next,
  ArrowLeft: back,
  PageUp: back,
  Backspace: back,
  ArrowDown: () => show(current + 1, true),
  ArrowUp: back,
  Home: () => show(0, true),
  End: () => show(slides.length - 1, true),
  f: fullScreen,
  s: openSpeaker,
};

function onKey(event) {
  const onControl = event.target.closest?.("button, a") && [" ", "Enter"].includes(event.key);
  const act = KEYS[event.key.length > 1 ? event.key : event.key.toLowerCase()];
  if (!act || onControl || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  act();
}

function onLink(event) {
  const anchor = event.target.closest?.('a[href^="#"]')?.getAttribute("href").slice(1);
  if (anchor === undefined) return;
  event.preventDefault();
  const heading = document.getElementById(decodeURIComponent(anchor)) ?? document.getElementById(anchor);
  if (heading) show(slides.indexOf(heading.closest(".slide")), true);
}

function scale() {
  const factor = Math.min(innerWidth / WIDTH, innerHeight / HEIGHT);
  main.style.transform = `translate(-50%, -50%) scale(${factor})`;
}

const status = make("p", "");

function start() {
  if (innerWidth < NARROWEST) return;
  layOut();
  status.setAttribute("role", "status");
  status.style = "position: absolute; left: -9999px";
  const controls = make("nav", "controls");
  for (const [label, sign, act] of [["Back", "‹", back], ["Next", "›", next]]) {
    const button = make("button", "", sign);
    button.setAttribute("aria-label", label);
    button.addEventListener("click", act);
    controls.append(button);
  }
  document.body.append(status, controls);
  let from = null;
  addEventListener("touchstart", (event) => (from = event.touches.length === 1 ? event.touches[0].clientX : null));
  addEventListener("touchend", (event) => {
    const moved = from === null ? 0 : event.changedTouches[0].clientX - from;
    if (Math.abs(moved) > 50) (moved < 0 ? next : back)();
    from = null;
  });
  addEventListener("keydown", onKey);
  addEventListener("click", onLink);
  addEventListener("resize", scale);
  addEventListener("hashchange", () => show((parseInt(location.hash.slice(1)) || 1) - 1));
  scale();
  show((parseInt(location.hash.slice(1)) || 1) - 1);
  document.documentElement.dataset.ready = slides.length;
}

addEventListener("load", start); // the pictures have their sizes then
