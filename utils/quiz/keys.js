// What the page of a quiz does in the browser. `this` is the style element that frame.py puts beside the page.
// It reads the answer from the controls, sends it to Python as one message, and keeps focus and announcements right
// when the new page arrives. JupyterLab's own shortcuts are kept away by an attribute of each control (markup.py).
(style => {
  const quiz = style.closest(".course-quiz");
  if (!quiz || quiz.dataset.awake) return; // the style loads again when an output is moved
  quiz.dataset.awake = "yes";

  const view = "quiz-" + Math.random().toString(36).slice(2); // one name for the radio buttons of this view
  const status = document.createElement("div"); // it must outlive the pages, or a screen reader does not hear it
  status.setAttribute("role", "status");
  status.className = "heard";
  quiz.append(status);
  let turn, held, deadline, changed = false;

  const find = selector => quiz.querySelector(selector);
  const busy = () => quiz.getAttribute("aria-busy") === "true";

  function response() {
    const numbers = [...quiz.querySelectorAll("[data-number]")];
    if (numbers.length) return Object.fromEntries(numbers.map(field => [field.dataset.number, field.value]));
    const typed = find(".page input[type=text]");
    const items = [...quiz.querySelectorAll("[data-item]")].map(item => +item.dataset.item);
    const chosen = [...quiz.querySelectorAll("input:checked")].map(input => +input.value);
    return typed ? typed.value : items.length ? items : chosen;
  }

  function send(act) {
    const messages = find(".course-quiz-messages input");
    if (busy() || !messages) return; // one action at a time: the page shows what came of it
    quiz.setAttribute("aria-busy", "true");
    held = quiz.contains(document.activeElement) ? document.activeElement.dataset.key ?? "" : null;
    messages.value = JSON.stringify({turn, act, response: response()});
    messages.dispatchEvent(new Event("change", {bubbles: true}));
  }

  function arrive() {
    const page = find("[data-turn]");
    if (!page || +page.dataset.turn === turn) return;
    const numbers = page.querySelector("[data-numbers]")?.dataset.numbers;
    if (numbers && !find("[data-number]")) return; // its fields are still to come
    turn = +page.dataset.turn;
    for (const radio of page.querySelectorAll("[type=radio]")) radio.name = view;
    const group = page.querySelector("fieldset"), code = group?.querySelector("pre");
    if (code) { code.id = view + "-code"; group.setAttribute("aria-describedby", code.id); }
    const clock = page.querySelector("[data-left]");
    if (clock) { deadline = performance.now() + 1000 * clock.dataset.left; tick(); }
    if (numbers && !changed) take(JSON.parse(numbers));
    if (!busy()) return; // the first page, or an action in another view: leave the focus where it is
    quiz.removeAttribute("aria-busy");
    if (held != null) (page.querySelector(`[data-key="${held}"]`) ?? page.querySelector("[data-focus]"))?.focus();
    status.textContent = page.querySelector("[data-say]")?.textContent ?? "";
    if (changed) change(); // while Python was busy
  }

  function take(numbers) { // what Python has, but not into the field that the learner is in
    for (const [name, value] of Object.entries(numbers)) {
      const field = find(`[data-number="${name}"]`);
      if (field !== document.activeElement) field.value = value;
      slide(name, value);
    }
  }

  function slide(name, value) {
    const slider = find(`[data-slides="${name}"]`);
    if (!slider || slider === document.activeElement) return;
    if (+slider.max < +value) slider.max = value;
    slider.value = value;
  }

  function change() {
    changed = busy();
    if (!changed) send("change");
  }

  function move(button) {
    const item = button.closest("[data-item]"), up = button.dataset.move < 0;
    const other = up ? item.previousElementSibling : item.nextElementSibling;
    if (!other) return;
    up ? other.before(item) : other.after(item);
    button.focus();
    const items = [...item.parentElement.children];
    status.textContent = `Now ${items.indexOf(item) + 1} of ${items.length}`;
  }

  function tick() {
    const clock = find("[data-left]");
    if (!clock) return;
    const left = Math.max(0, Math.ceil((deadline - performance.now()) / 1000));
    clock.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")} left`;
    if (!left) send("time");
  }

  quiz.addEventListener("click", event => {
    const control = event.target.closest("[data-act], [data-move], [data-heading]");
    if (control?.dataset.act) send(control.dataset.act);
    else if (control?.dataset.move) move(control);
    else if (control) {
      const heading = CSS.escape(control.dataset.heading);
      const notebook = quiz.closest(".jp-Notebook") ?? document;
      const target = notebook.querySelector(`[data-jupyter-id="${heading}"], [id="${heading}"]`);
      if (target) { event.preventDefault(); target.scrollIntoView(); } // else the link opens the lesson
    }
  });

  quiz.addEventListener("input", event => {
    const {number, slides} = event.target.dataset;
    if (slides) find(`[data-number="${slides}"]`).value = event.target.value;
    else if (number) slide(number, event.target.value);
    else return;
    if (!changed) setTimeout(change, 100); // so often at most
    changed = true;
  });

  quiz.addEventListener("keydown", event => {
    const control = event.target;
    const step = {ArrowUp: -1, ArrowLeft: -1, ArrowDown: 1, ArrowRight: 1}[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    event.stopPropagation();
    if (event.key === "Enter" && control.matches("input")) {
      if (!event.repeat) find("button.first")?.click();
    } else if (step && control.dataset.move) {
      const wanted = [...control.parentElement.children].find(button => button.dataset.move == step);
      wanted.click();
    } else if (step && control.matches("[type=checkbox], .rating button")) {
      const all = [...quiz.querySelectorAll("[type=checkbox], .rating button")];
      all[(all.indexOf(control) + step + all.length) % all.length].focus();
    } else return;
    event.preventDefault();
  });

  const save = event => { // before JupyterLab sees it: the one shortcut that must work everywhere is Ctrl+S
    if (!quiz.isConnected) window.removeEventListener("keydown", save, true);
    else if (quiz.contains(event.target)) {
      const saving = (event.ctrlKey || event.metaKey) && event.key === "s";
      event.target.toggleAttribute("data-lm-suppress-shortcuts", !saving);
    }
  };
  window.addEventListener("keydown", save, true);
  new MutationObserver(arrive).observe(quiz, {childList: true, subtree: true});
  const timer = setInterval(() => quiz.isConnected ? tick() : clearInterval(timer), 1000);
  arrive();
})(this);
