# SPDX-License-Identifier: GPL-2.0-only
"""Uses a page of `report --format html` in a headless Chromium; prints TAP lines without numbers.

page.py PAGE SCREENSHOTS: the latter a directory for pictures, light, dark and narrow.
"""
import json
import sys
import time

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

page, pictures = sys.argv[1:]


def check(good, what):
    print(f"{'ok' if good else 'not ok'} - {what}", flush=True)


def browser():
    options = Options()
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1200,1400",
                     "--disable-dev-shm-usage", "--disable-background-networking"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)


def wait_for(driver, script):
    end = time.monotonic() + 120
    while not driver.execute_script("return " + script):
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


def requests(driver):
    """What was asked for beyond the file itself."""
    asked = []
    for entry in driver.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            asked.append(message["params"]["request"]["url"])
    return [url for url in asked if not url.startswith(("data:", "file://" + page))]


def picture(driver, name, width, scheme):
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia",
                           {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
    driver.set_window_size(width, 1400)
    driver.execute_script("window.scrollTo(0, 0)")
    check(driver.save_screenshot(f"{pictures}/{name}.png"), f"a picture: {name}")


def names(driver):
    return driver.execute_script(
        "return [...document.querySelectorAll('tr.site')].map((r) => r.cells[0].textContent)")


def use_findings(driver):
    first = driver.find_element(By.CSS_SELECTOR, "details.finding")
    summary = first.find_element(By.TAG_NAME, "summary")
    check(not first.get_attribute("open"), "a finding is closed")
    summary.send_keys(Keys.ENTER)
    check(first.get_attribute("open"), "it opens by the keyboard")
    check("Window granted by" in first.text, "and shows its stacks")
    field = driver.find_element(By.ID, "finding-filter")
    field.send_keys("slept")
    shown = driver.execute_script(
        "return [...document.querySelectorAll('details.finding')].filter((f) => !f.hidden)"
        ".map((f) => f.textContent)")
    check(shown and all("slept" in text for text in shown), "findings are filtered")
    field.clear()
    field.send_keys(" ", Keys.BACKSPACE)


def use_sites(driver):
    before = names(driver)
    check(len(before) > 1, "there are call sites")
    driver.find_element(By.CSS_SELECTOR, "th[data-key=grants] button").click()
    check(names(driver) == before[::-1], "a column sorts the other way round")
    driver.find_element(By.CSS_SELECTOR, "th[data-key=name] button").click()
    check(names(driver) == sorted(before, key=str.lower), "and another by itself")
    field = driver.find_element(By.ID, "site-filter")
    field.send_keys(before[0][:8])
    check(names(driver) == [n for n in before if before[0][:8] in n], "call sites are filtered")
    field.clear()
    field.send_keys(" ", Keys.BACKSPACE)
    driver.find_element(By.CSS_SELECTOR, "tr.site").send_keys(Keys.ENTER)
    check(driver.find_elements(By.CSS_SELECTOR, "#histogram i"), "a histogram is shown")


def use_graph(driver):
    bars = len(driver.find_elements(By.CSS_SELECTOR, "#graph .bar"))
    check(bars > 2, "the graph has bars")
    driver.find_elements(By.CSS_SELECTOR, "#graph .bar")[1].send_keys(Keys.ENTER)
    first = driver.find_element(By.CSS_SELECTOR, "#graph .bar")
    check(first.text.startswith("all of"), "it zooms by the keyboard")
    first.click()
    check(len(driver.find_elements(By.CSS_SELECTOR, "#graph .bar")) == bars, "and back")


def main():
    driver = browser()
    try:
        driver.get("file://" + page)
        check(wait_for(driver, "document.body.dataset.ready === 'yes'"), "the page opens")
        check("finding" in driver.find_element(By.ID, "verdict").text, "the verdict comes first")
        use_findings(driver)
        use_sites(driver)
        use_graph(driver)
        check(driver.execute_script("return window.pwned === undefined && "
                                    "!document.querySelector('#main img, #main script')"),
              "names of others are text")
        for name, width, scheme in (("light", 1200, "light"), ("dark", 1200, "dark"),
                                    ("narrow", 500, "light")):
            picture(driver, name, width, scheme)
            check(driver.execute_script("return document.documentElement.scrollWidth <= "
                                        "window.innerWidth"), f"nothing hangs over: {name}")
        errors = [e["message"] for e in driver.get_log("browser")]
        check(not errors, f"the console is empty {errors}")
        asked = requests(driver)
        check(not asked, f"no request leaves the page {asked}")
    finally:
        driver.quit()


main()
