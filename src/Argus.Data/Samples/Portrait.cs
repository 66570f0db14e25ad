using Argus.Data.Forging;
using OpenCvSharp;

namespace Argus.Data.Samples;

/// <summary>
/// A person's head: what never changes is drawn, lit and textured once; eyes and mouth are drawn anew for each frame.
/// </summary>
internal sealed class Portrait : IDisposable
{
    private readonly Person person;
    private readonly int side;
    private readonly Mat bare;
    private readonly Mat textured;
    private readonly Mat texture; // (side, side): without texture, with it, the texture itself (CV_32F)
    private readonly Rect eyes;
    private readonly Rect mouth;

    public Portrait(Person person, int side, KeyedRandom random)
    {
        this.person = person;
        this.side = side;
        bare = new Mat(side, side, MatType.CV_8UC3, person.Skin);
        Mask = new Mat(side, side, MatType.CV_8UC1, Scalar.Black);
        using var hair = new Mat(side, side, MatType.CV_8UC1, Scalar.Black);
        DrawStill(
            new Pen(side, 0, (bare, null), (Mask, Scalar.White), (hair, Scalar.Black)),
            new Pen(side, 0, (bare, null), (Mask, Scalar.White), (hair, Scalar.White)),
            random
        );
        Cv2.GaussianBlur(bare, bare, new Size(0, 0), .8);
        Cv2.GaussianBlur(Mask, Mask, new Size(0, 0), .8);

        using var shading = Shading();
        Blending.Multiply(bare, shading, Light.ChannelGains(person));
        texture = Texture(hair, random);
        textured = bare.Clone();
        Blending.AddTexture(textured, texture);
        eyes = Box(-.85, -.5, .85, .12);
        mouth = Box(-.6, .3, .6, .98);
    }

    /// <summary>(side, side), 8 bits: where the head is.</summary>
    public Mat Mask { get; }

    /// <summary>Draws the head at rest.</summary>
    /// <param name="head">(side, side) BGR, overwritten.</param>
    /// <param name="mouthOpening">0 closed to 1 wide.</param>
    /// <param name="eyeOpening">0 closed to 1 open.</param>
    /// <param name="gaze">-1 left to 1 right.</param>
    public void Draw(Mat head, double mouthOpening, double eyeOpening, double gaze)
    {
        textured.CopyTo(head);
        var pen = new Pen(side, 0, (head, null));
        foreach (var part in new[] { eyes, mouth })
        {
            using Mat source = bare[part];
            using Mat target = head[part];
            source.CopyTo(target);
        }
        DrawEye(pen, -1, eyeOpening, gaze);
        DrawEye(pen, 1, eyeOpening, gaze);
        if (person.Glasses)
            DrawGlasses(pen);
        DrawMouth(pen, mouthOpening);
        foreach (var part in new[] { eyes, mouth })
        {
            using Mat target = head[part];
            using Mat fine = texture[part];
            Blending.AddTexture(target, fine);
        }
    }

    public void Dispose()
    {
        foreach (var layer in new[] { bare, textured, texture, Mask })
            layer.Dispose();
    }

    // Positions on the face: x and y in face radii from its middle, y downwards.
    private (double X, double Y) At(double x, double y) =>
        (person.CenterX + x * person.RadiusX, person.CenterY + y * person.RadiusY);

    private IEnumerable<(double X, double Y)> Curve(params (double X, double Y)[] places) =>
        places.Select(place => At(place.X, place.Y));

    private IEnumerable<(double X, double Y)> Spot(double x, double y, double radiusX, double radiusY) =>
        Pen.Oval(0, 0, radiusX, radiusY)
            .Select(place => At(x + place.X, y + place.Y * person.RadiusX / person.RadiusY));

    private Rect Box(double left, double top, double right, double bottom)
    {
        var (x0, y0) = At(left, top);
        var (x1, y1) = At(right, bottom);
        return Rect.FromLTRB((int)(x0 * side), (int)(y0 * side), (int)(x1 * side), (int)(y1 * side))
            & new Rect(0, 0, side, side);
    }

    private Scalar Lit(Scalar colour, double x, double y) => Light.On(person, colour, x / 1.15, y / 1.15);

    private void DrawStill(Pen skin, Pen hair, KeyedRandom random)
    {
        var tone = person.Skin;
        Hair.DrawBehind(person, hair, At);
        foreach (var ear in new[] { -1, 1 })
        {
            skin.Fill(Spot(ear * 1.0, 0, .12, .25), Pen.Shade(tone, .86));
            skin.Fill(Spot(ear * 1.01, .02, .06, .15), Pen.Shade(tone, .68));
        }
        skin.Fill(
            Enumerable
                .Range(0, 48)
                .Select(i => 2 * Math.PI * i / 48)
                .Select(angle =>
                {
                    double x = Math.Cos(angle);
                    double y = Math.Sin(angle);
                    return At(x * (1 - person.Jaw * Math.Pow(Math.Max(0, y), 1.6)), y);
                }),
            tone
        );

        // Cheeks, eye sockets, the nose's side and bridge.
        foreach (var half in new[] { -1, 1 })
        {
            skin.Fill(
                Spot(half * .52, .3, .2, .14),
                Pen.Mix(tone, new(tone.Val0 * .86, tone.Val1 * .9, Math.Min(250, tone.Val2 * 1.03)), .6)
            );
            skin.Fill(Spot(half * person.EyeGap, -.14, person.EyeWidth * 1.25, .16), Pen.Shade(tone, .9));
        }
        double tip = -.12 + person.NoseLength + .08;
        double wing = person.NoseWidth;
        var dark = person.LightX > 0 ? -1 : 1;
        skin.Fill(
            Curve(
                (dark * .05, -.2),
                (dark * .09, tip - .15),
                (dark * wing * .95, tip),
                (dark * .02, tip + .04),
                (dark * .01, -.2)
            ),
            Pen.Shade(tone, .86)
        );
        skin.Fill(Curve((-.03, -.15), (.03, -.15), (.055, tip - .06), (-.055, tip - .06)), Pen.Shade(tone, 1.09));
        skin.Fill(Spot(0, tip - .04, wing * .5, .085), Pen.Shade(tone, 1.05));
        foreach (var half in new[] { -1, 1 })
        {
            skin.Fill(Spot(half * wing * .62, tip - .01, wing * .4, .065), Pen.Shade(tone, .93));
            skin.Fill(Spot(half * wing * .5, tip + .035, .055, .03), Pen.Shade(tone, .45));
        }
        Hair.DrawOnFace(person, hair, At);
        Hair.DrawInFront(person, hair, At, random);
    }

    private void DrawEye(Pen pen, int half, double opening, double gaze)
    {
        double x = half * person.EyeGap;
        double y = -.13;
        double width = person.EyeWidth;
        double height = person.EyeHeight * opening;
        var tilt = -half * person.EyeTilt;
        (double, double)[] upper =
        [
            .. Enumerable
                .Range(0, 9)
                .Select(i => i / 8.0 * 2 - 1)
                .Select(t => (x + t * width, y + t * half * tilt - height * 1.15 * (1 - t * t))),
        ];
        (double, double)[] lower =
        [
            .. Enumerable
                .Range(0, 9)
                .Select(i => 1 - i / 8.0 * 2)
                .Select(t => (x + t * width, y + t * half * tilt + height * .75 * (1 - t * t))),
        ];
        var lid = Lit(Pen.Shade(person.Skin, .42), x, y);
        if (opening > .15)
        {
            pen.Fill(Curve([.. upper, .. lower]), Lit(new(226, 228, 230), x, y));
            var look = x + gaze * .05;
            var radius = Math.Min(.085, height * 1.05);
            pen.Fill(
                Spot(look, y - height * .12, .085, radius * person.RadiusY / person.RadiusX),
                Lit(person.Iris, x, y)
            );
            pen.Fill(
                Spot(look, y - height * .12, .042, Math.Min(.042, radius * .6) * person.RadiusY / person.RadiusX),
                new(16, 14, 14)
            );
            if (opening > .6)
                pen.Fill(Spot(look + .03 * Math.Sign(person.LightX), y - height * .35, .018, .018), new(250, 250, 250));
        }
        pen.Line(Curve(upper), .007, lid);
        pen.Line(Curve(lower), .004, Lit(Pen.Shade(person.Skin, .7), x, y));
    }

    private void DrawGlasses(Pen pen)
    {
        Scalar rim = new(38, 34, 40);
        foreach (var half in new[] { -1, 1 })
            pen.Line(Spot(half * person.EyeGap, -.12, .33, .3), .009, rim, closed: true);
        pen.Line(Curve((-person.EyeGap + .33, -.14), (person.EyeGap - .33, -.14)), .009, rim);
    }

    private void DrawMouth(Pen pen, double opening)
    {
        double y = .6;
        double width = person.MouthWidth * (1 - .12 * opening);
        double lip = person.LipThickness;
        double drop = .25 * opening;
        var red = Lit(Pen.Mix(Pen.Shade(person.Skin, .8), new(80, 70, 172), person.LipRedness), 0, y);
        // A curve from one corner of the mouth to the other, bulging by "by".
        IEnumerable<(double, double)> Bow(double by, double dip = 0) =>
            Enumerable
                .Range(0, 13)
                .Select(i => i / 6.0 - 1)
                .Select(t => (t * width, y + by * (1 - t * t) + dip * Math.Exp(-t * t * 30)));

        pen.Fill(Curve([.. Bow(-lip * 1.1, lip * .3), .. Bow(lip * 1.3 + drop).Reverse()]), red);
        if (drop > .02)
        {
            pen.Fill(Curve([.. Bow(-.01), .. Bow(drop).Reverse()]), new(28, 22, 62));
            pen.Fill(
                Curve([
                    .. Bow(-.01).Skip(2).SkipLast(2),
                    .. Bow(Math.Min(.055, drop * .45)).Skip(2).SkipLast(2).Reverse(),
                ]),
                Lit(new(216, 224, 228), 0, y)
            );
            if (drop > .1)
                pen.Fill(Spot(0, y + drop * .82, width * .45, drop * .2), Lit(new(84, 78, 168), 0, y));
        }
        else
        {
            pen.Line(Curve([.. Bow(.005)]), .005, Pen.Shade(red, .5));
        }
        pen.Line(
            Curve([.. Bow(lip * 1.4 + drop + .03).Skip(4).SkipLast(4)]),
            .004,
            Lit(Pen.Shade(person.Skin, .76), 0, y + .2)
        );
    }

    private Mat<float> Shading()
    {
        var shading = new Mat<float>(side, side);
        var indexer = shading.GetIndexer();
        for (var row = 0; row < side; row++)
        {
            for (var column = 0; column < side; column++)
            {
                double x = ((double)column / side - person.CenterX) / person.RadiusX;
                double y = ((double)row / side - person.CenterY) / person.RadiusY;
                indexer[row, column] = (float)Light.OnEllipsoid(person, x / 1.15, y / 1.15);
            }
        }
        return shading;
    }

    /// <summary>Pores on skin, strands along the hair.</summary>
    private Mat Texture(Mat hair, KeyedRandom random)
    {
        var fine = Grain.Texture(side, Light.TextureWidth, Light.TextureWidth, Light.TextureDeviation, random);
        using var strands = Grain.Texture(
            side,
            Light.TextureWidth,
            3 * Light.TextureWidth,
            1.15 * Light.TextureDeviation,
            random
        );
        strands.CopyTo(fine, hair);
        return fine;
    }
}
