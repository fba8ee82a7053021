"""What is asked while the stream of answers is being closed is answered."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.steps import answering, headline, open_demo, press

LATE_END = """
  const plain = window.fetch;
  const END = `data: {"msg":"close_stream"`;
  window.ending = window.caught = 0;
  window.fetch = async (...asked) => {
    const address = String(asked[0].url ?? asked[0]);
    const answer = await plain(...asked);
    if (address.includes("/queue/join")) window.caught += window.ending > 0;
    if (!address.includes("/queue/data")) return answer;
    const late = new TransformStream({
      async transform(part, out) {
        const text = new TextDecoder().decode(part);
        const end = text.indexOf(END);
        if (end < 0) return out.enqueue(part);
        out.enqueue(new TextEncoder().encode(text.slice(0, end)));
        window.ending++;
        await new Promise((done) => setTimeout(done, 1500));
        window.ending--;
        out.enqueue(new TextEncoder().encode(text.slice(end)));
      },
    });
    const { headers, status } = answer;
    return new Response(answer.body.pipeThrough(late), { headers, status });
  };
"""
"""A busy machine hands the end of a stream over late; counts the questions that were taken meanwhile."""


def test_what_is_asked_while_the_stream_is_being_closed_is_answered(page: Page):
    page.add_init_script(LATE_END)
    open_demo(page, "sentiment")
    expect(headline(page)).to_be_visible()
    for number in range(20):
        page.get_by_label("Text", exact=True).fill(f"The {number}. act was dull.")
        with answering(page):
            press(page, "Run")
        if page.evaluate("window.caught") > 2:
            return
    raise AssertionError("no question came while a stream was ending")
