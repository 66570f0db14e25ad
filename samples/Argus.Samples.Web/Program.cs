// Judges what is sent to it: dotnet run -- --urls http://127.0.0.1:5000
// and then: curl -F video=@clip.mp4 http://127.0.0.1:5000/verdicts
using Argus.Detection;
using Argus.Video;

const long LargestUploadBytes = 200_000_000;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddArgusDetection(options => builder.Configuration.GetSection("Argus").Bind(options));
builder.WebHost.ConfigureKestrel(server => server.Limits.MaxRequestBodySize = LargestUploadBytes);
var app = builder.Build();

app.MapPost(
        "/verdicts",
        async (IFormFile video, IDetector detector, CancellationToken cancel) =>
        {
            try
            {
                await using var content = video.OpenReadStream();
                var analysis = await detector.AnalyzeAsync(content, video.FileName, cancel: cancel);
                return Results.Ok(new Answer($"{analysis.Verdict}", analysis.Probability, analysis.Evidence));
            }
            catch (UnreadableVideoException error)
            {
                return Results.Problem(error.Message, statusCode: StatusCodes.Status422UnprocessableEntity);
            }
        }
    )
    .DisableAntiforgery(); // for programs; a page with a form of its own keeps it

app.Run();

internal sealed record Answer(string Verdict, double? Probability, IReadOnlyList<string> Evidence);
