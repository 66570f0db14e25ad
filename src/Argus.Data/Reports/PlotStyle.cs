namespace Argus.Data.Reports;

/// <summary>What plots and contact sheets have in common.</summary>
internal static class PlotStyle
{
    public const string RealColor = "#1b7f5c";
    public const string FakeColor = "#c2410c";
    public const string Font = "DejaVu Sans";
}
