using Argus.Tests;
using Microsoft.Playwright;
using Xunit;

namespace Argus.Web.Tests;

/// <summary>The page in a real browser, as people use it.</summary>
public class BrowserTests(Material material)
{
    // Only what hangs takes so long, on the slowest machine too.
    private const float Patience = 300_000;

    private static readonly string? Chromium = Video.Ffmpeg.Locate("chromium") ?? Video.Ffmpeg.Locate("google-chrome");

    [Fact]
    public async Task A_dropped_video_is_uploaded_followed_judged_and_kept_in_the_history()
    {
        await using var visit = await Visit.StartAsync(material);
        var page = visit.Page;
        await Assertions.Expect(page.GetByText("Nothing yet.")).ToBeVisibleAsync();
        visit.Gate.Hold();
        await page.SetInputFilesAsync("#files", material.Video);
        // On its way: the verdict's place says how far it is.
        await Assertions.Expect(page.Locator("#detail .running progress")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("#detail .verdict")).ToContainTextAsync("Looking:");
        await visit.PictureAsync("progress");
        visit.Gate.Open();
        await Assertions.Expect(page.Locator("#detail .verdict")).ToContainTextAsync("P(fake)");
        await Assertions.Expect(page.Locator("#detail .specialist")).ToHaveCountAsync(3);
        await Assertions.Expect(page.Locator("#detail svg circle").First).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("#detail .picture canvas")).ToHaveCountAsync(3);
        await page.GetByLabel("Red:").UncheckAsync();
        await Assertions.Expect(page.Locator("#detail .picture canvas").First).ToBeHiddenAsync();
        await page.GetByLabel("Red:").CheckAsync();
        await Assertions.Expect(page.Locator("#history .badge")).ToHaveTextAsync("undecided");
        await Assertions.Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("short.mp4");
        await visit.PictureAsync("verdict");

        // Downloads.
        var download = await page.RunAndWaitForDownloadAsync(() => page.GetByText("Download the report").ClickAsync());
        Assert.Equal("short.html", download.SuggestedFilename);
        Assert.Contains(
            "What this does not say",
            await File.ReadAllTextAsync(await download.PathAsync()),
            StringComparison.Ordinal
        );
        download = await page.RunAndWaitForDownloadAsync(() => page.GetByText("Download JSON").ClickAsync());
        Assert.Contains(
            "\"result\":",
            await File.ReadAllTextAsync(await download.PathAsync()),
            StringComparison.Ordinal
        );
        var report = await page.RunAndWaitForPopupAsync(() => page.GetByText("Open the report").ClickAsync());
        await Assertions.Expect(report.Locator("h1")).ToHaveTextAsync("short.mp4");

        // Another day.
        await page.ReloadAsync();
        await Assertions.Expect(page.Locator("#detail h2")).ToHaveTextAsync("short.mp4");
        await page.GotoAsync(visit.Address);
        await page.GetByRole(AriaRole.Link, new() { Name = "short.mp4" }).ClickAsync();
        await Assertions.Expect(page.Locator("#detail .verdict")).ToContainTextAsync("P(fake)");
        visit.Quiet();
    }

    [Fact]
    public async Task Everything_works_with_the_keyboard_alone()
    {
        await using var visit = await Visit.StartAsync(material);
        var page = visit.Page;
        // The browser hands its dialog over from here on; were it told only when it opens, either might be first.
        var dialog = new TaskCompletionSource<IFileChooser>();
        page.FileChooser += (_, chooser) => dialog.TrySetResult(chooser);
        await page.Keyboard.PressAsync("Tab");
        Assert.Equal("files", await page.EvaluateAsync<string>("document.activeElement.id"));
        await visit.PictureAsync("focus");
        await page.Keyboard.PressAsync("Space");
        var chooser = await dialog.Task.WaitAsync(TimeSpan.FromMilliseconds(Patience));
        await chooser.SetFilesAsync([material.Video, material.Broken]);
        await Assertions
            .Expect(page.GetByRole(AriaRole.Alert).Filter(new() { HasText = "no video or picture" }))
            .ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("#detail .verdict")).ToContainTextAsync("P(fake)");
        await TabTo(page, "Dismiss broken.mp4");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("#uploads li")).ToHaveCountAsync(0);
        await TabTo(page, "short.mp4");
        await page.Keyboard.PressAsync("Enter");
        await TabTo(page, "Delete");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.GetByRole(AriaRole.Dialog)).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(page.Locator("#history li")).ToHaveCountAsync(1);
        await TabTo(page, "Delete");
        await page.Keyboard.PressAsync("Enter");
        await TabTo(page, "Delete");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.GetByText("Nothing yet.")).ToBeVisibleAsync();
        visit.Quiet("415");
    }

    [Theory, InlineData(ColorScheme.Light), InlineData(ColorScheme.Dark)]
    public async Task A_phone_shows_it_without_scrolling_sideways(ColorScheme scheme)
    {
        await using var visit = await Visit.StartAsync(
            material,
            new()
            {
                ViewportSize = new() { Width = 375, Height = 812 },
                DeviceScaleFactor = 2,
                ColorScheme = scheme,
                HasTouch = true,
            }
        );
        var page = visit.Page;
        await page.SetInputFilesAsync("#files", material.Video);
        await Assertions.Expect(page.Locator("#detail .verdict")).ToContainTextAsync("P(fake)");
        Assert.True(await page.EvaluateAsync<int>("document.documentElement.scrollWidth") <= 375);
        var ground = await page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor");
        Assert.Equal(scheme == ColorScheme.Dark ? "rgb(20, 22, 26)" : "rgb(246, 247, 249)", ground);
        await visit.PictureAsync($"phone-{scheme}");
        visit.Quiet();
    }

    [Fact]
    public async Task A_service_with_keys_asks_for_one()
    {
        await using var visit = await Visit.StartAsync(material, null, "--require-key");
        var page = visit.Page;
        var key = (
            await Cli.Tests.ArgusProcess.RunAsync(visit.Folder.Path, "keys", "add", "anna", "--data", "data")
        ).Output.Trim();
        await page.GetByLabel("Key").FillAsync("argus_wrong");
        await page.Keyboard.PressAsync("Enter");
        await Assertions
            .Expect(page.GetByRole(AriaRole.Alert).Filter(new() { HasText = "not known" }))
            .ToBeVisibleAsync();
        await visit.PictureAsync("sign-in");
        await page.GetByLabel("Key").FillAsync(key);
        await page.Keyboard.PressAsync("Enter");
        await page.SetInputFilesAsync("#files", material.Video);
        await Assertions.Expect(page.Locator("#detail .verdict")).ToContainTextAsync("P(fake)");
        await page.GetByText("Sign out").ClickAsync();
        await Assertions.Expect(page.GetByLabel("Key")).ToBeVisibleAsync();
        visit.Quiet("401");
    }

    private static async Task TabTo(IPage page, string name)
    {
        for (var i = 0; i < 40; i++)
        {
            await page.Keyboard.PressAsync("Tab");
            if (
                (
                    await page.EvaluateAsync<string>(
                        "(document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent)"
                    )
                ).StartsWith(name, StringComparison.Ordinal)
            )
                return;
        }
        Assert.Fail($"{name} is not reached with Tab.");
    }

    /// <summary>A service, a browser and a page on it.</summary>
    private sealed class Visit : IAsyncDisposable
    {
        private readonly List<string> complaints = [];
        private IPlaywright? playwright;
        private IBrowser? browser;
        private RunningService? service;

        private Visit() => Gate = new Gate(Folder);

        public TemporaryFolder Folder { get; } = new();
        public Gate Gate { get; }
        public IPage Page { get; private set; } = null!;
        public string Address => $"{service!.Address}";

        public static async Task<Visit> StartAsync(
            Material material,
            BrowserNewContextOptions? options = null,
            params string[] serving
        )
        {
            Assert.SkipWhen(Chromium is null, "Chromium is not installed (Debian, Ubuntu: apt-get install chromium)");
            var visit = new Visit();
            try
            {
                visit.service = await RunningService.StartAsync(material, visit.Folder, visit.Gate.Shell, serving);
                Assertions.SetDefaultExpectTimeout(Patience);
                visit.playwright = await Playwright.CreateAsync();
                // The sandbox wants rights that containers and root do not have; the browser sees nothing but our own
                // page.
                visit.browser = await visit.playwright.Chromium.LaunchAsync(
                    new()
                    {
                        ExecutablePath = Chromium,
                        Timeout = Patience,
                        Args =
                        [
                            "--no-sandbox",
                            "--disable-gpu",
                            "--disable-quic",
                            "--disable-background-networking",
                            "--disable-component-update",
                            "--disable-sync",
                        ],
                    }
                );
                var context = await visit.browser.NewContextAsync(
                    options
                        ?? new()
                        {
                            ViewportSize = new() { Width = 1280, Height = 900 },
                        }
                );
                context.SetDefaultTimeout(Patience);
                visit.Page = await context.NewPageAsync();
                visit.Page.Console += (_, message) =>
                {
                    if (message.Type is "error" or "warning")
                        visit.complaints.Add(message.Text);
                };
                visit.Page.PageError += (_, error) => visit.complaints.Add(error);
                visit.Page.Request += (_, request) =>
                {
                    if (
                        !request.Url.StartsWith(visit.Address, StringComparison.Ordinal)
                        && !request.Url.StartsWith("data:", StringComparison.Ordinal)
                    )
                        visit.complaints.Add($"request to {request.Url}");
                };
                await visit.Page.GotoAsync(visit.Address);
                return visit;
            }
            catch
            {
                await visit.DisposeAsync();
                throw;
            }
        }

        /// <summary>To look at: ARGUS_PICTURES names a folder.</summary>
        public async Task PictureAsync(string name)
        {
            if (Environment.GetEnvironmentVariable("ARGUS_PICTURES") is { Length: > 0 } folder)
                await Page.ScreenshotAsync(new() { Path = Path.Combine(folder, name + ".png"), FullPage = true });
        }

        /// <summary>The browser had nothing to complain of, and the page spoke to nobody else.</summary>
        /// <param name="expected">
        /// A status that the test made the service answer with, which the browser's console repeats.
        /// </param>
        public void Quiet(string? expected = null) =>
            Assert.Equal(
                [],
                [.. complaints.Where(text => expected is null || !text.Contains(expected, StringComparison.Ordinal))]
            );

        public async ValueTask DisposeAsync()
        {
            if (browser is not null)
                await browser.DisposeAsync();
            playwright?.Dispose();
            service?.Dispose();
            Folder.Dispose();
        }
    }
}
