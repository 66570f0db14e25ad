using Argus.Data.Forging;
using OpenCvSharp;

namespace Argus.Data.Samples;

/// <summary>Hair, brows and beard. <c>at</c> turns face radii into parts of the frame's side.</summary>
internal static class Hair
{
    public static void DrawBehind(Person person, Pen pen, Func<double, double, (double, double)> at)
    {
        if (person.Style != HairStyle.Long)
            return;
        (double X, double Y)[] outline =
        [
            (-1.0, -.7),
            (-1.28, -.1),
            (-1.32, .6),
            (-1.2, 1.15),
            (-.7, 1.1),
            (.7, 1.1),
            (1.2, 1.15),
            (1.32, .6),
            (1.28, -.1),
            (1.0, -.7),
        ];
        pen.Fill(outline.Select(place => at(place.X, place.Y)), Pen.Shade(person.Hair, .8));
    }

    public static void DrawOnFace(Person person, Pen pen, Func<double, double, (double, double)> at)
    {
        foreach (var half in new[] { -1, 1 })
        {
            double inner = half * (person.EyeGap - person.EyeWidth * .95);
            double outer = half * (person.EyeGap + person.EyeWidth * 1.1);
            double y = -.36;
            (double X, double Y)[] brow =
            [
                (inner, y + .02),
                ((inner + outer) / 2, y - person.BrowArch),
                (outer, y + .02),
                ((inner + outer) / 2, y - person.BrowArch + person.BrowThickness * 1.2),
                (inner, y + .02 + person.BrowThickness),
            ];
            pen.Fill(brow.Select(place => at(place.X, place.Y)), Pen.Mix(person.Hair, person.Skin, .2));
        }
        if (!person.Beard)
            return;
        var side = 1 - person.Jaw * .55;
        (double X, double Y)[] beard =
        [
            (-.96, .1),
            (-.88 * side, .45),
            (-.62 * side, .82),
            (-.3, 1.0),
            (0, 1.03),
            (.3, 1.0),
            (.62 * side, .82),
            (.88 * side, .45),
            (.96, .1),
            (.72, .35),
            (.5, .44),
            (.2, .43),
            (0, .46),
            (-.2, .43),
            (-.5, .44),
            (-.72, .35),
        ];
        pen.Fill(beard.Select(place => at(place.X, place.Y)), Pen.Mix(person.Hair, person.Skin, .3));
    }

    public static void DrawInFront(
        Person person,
        Pen pen,
        Func<double, double, (double, double)> at,
        KeyedRandom random
    )
    {
        var line = person.HairLine;
        (double X, double Y)[] inner = person.Style switch
        {
            HairStyle.Bald => [],
            HairStyle.Fringe => [(.97, -.1), (.86, -.38), (.4, -.47), (0, -.5), (-.4, -.46), (-.86, -.38), (-.97, -.1)],
            HairStyle.Parted =>
            [
                (.98, -.05),
                (.84, -.42),
                (.45, -line - .05),
                (.3, -.92),
                (.05, -line),
                (-.5, -line + .08),
                (-.86, -.35),
                (-.98, -.05),
            ],
            HairStyle.Long =>
            [
                (1.02, .5),
                (.88, -.1),
                (.7, -line + .05),
                (.1, -.88),
                (-.2, -.86),
                (-.72, -line + .05),
                (-.88, -.1),
                (-1.02, .5),
            ],
            _ => [(.98, -.12), (.87, -.4), (.6, -line), (0, -line - .06), (-.6, -line), (-.87, -.4), (-.98, -.12)],
        };
        if (inner.Length == 0)
            return;
        var thickness = person.Style is HairStyle.Short ? 1.07 : 1.13;
        pen.Fill(
            Cap(thickness, inner[^1].Y, inner[0].Y).Concat(inner).Select(place => at(place.X, place.Y)),
            person.Hair
        );
        if (person.Style != HairStyle.Curly)
            return;
        for (var i = 0; i < 46; i++)
        {
            var angle = random.Uniform(Math.PI * 1.02, Math.PI * 1.98);
            var distance = random.Uniform(.86, 1.2);
            var (x, y) = at(distance * Math.Cos(angle), distance * Math.Sin(angle));
            pen.Ellipse(x, y, .032, .032, Pen.Shade(person.Hair, random.Uniform(.8, 1.3)));
        }
    }

    // The skull's outline over the top, from the left end of the hair to the right one.
    private static IEnumerable<(double X, double Y)> Cap(double thickness, double leftY, double rightY)
    {
        double first = Math.PI + Math.Asin(-leftY / thickness);
        double last = 2 * Math.PI - Math.Asin(-rightY / thickness);
        return Enumerable
            .Range(0, 25)
            .Select(i => first + (last - first) * i / 24)
            .Select(angle => (thickness * Math.Cos(angle), thickness * Math.Sin(angle)));
    }
}
