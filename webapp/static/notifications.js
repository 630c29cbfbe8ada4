// Shows what a template makes while it is written: a moment after the last key the form is sent into each of the three
// frames. Without this script the button “Preview” does it for the first frame.
"use strict";

(() => {
  const form = document.getElementById("template");
  const PAUSE = 700;
  let timer = 0;

  const field = (name, value) => {
    const input = document.createElement("input");
    input.type = "hidden";
    input.name = name;
    input.value = value;
    return input;
  };

  const show = (frame) => {
    const sent = document.createElement("form");
    sent.method = "post";
    sent.action = form.dataset.preview;
    sent.target = frame;
    sent.hidden = true;
    for (const [name, value] of new FormData(form)) sent.append(field(name, value));
    if (frame === "text") sent.append(field("part", "text"));
    document.body.append(sent);
    sent.submit();
    sent.remove();
  };

  const showAll = () => ["desktop", "phone", "text"].forEach(show);

  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(showAll, PAUSE);
  });
  document.getElementById("show").addEventListener("click", (event) => {
    event.preventDefault();
    showAll();
  });
})();
