using System.Runtime.InteropServices;
using ShmWifi.Configuration.Medium;

namespace ShmWifi.ShmMedium.Medium.Links;

/// <summary>The walls, and what the straight line between two places loses in them.</summary>
/// <remarks>The multi-wall model: the losses of all walls that the line crosses, added up. Source: COST Action 231, Digital mobile radio towards
/// future generation systems, final report, 1999, chapter 4.7. Walls are found by a tree of boxes, lest each path look at each wall.</remarks>
internal sealed class FloorPlan
{
    private readonly Wall[] _walls; // in the order of the tree's leaves
    private readonly Box[] _boxes; // each before those in it
    private readonly double[] _keys;
    private int _count;

    /// <summary>Draws it.</summary>
    public FloorPlan(IReadOnlyList<WallConfiguration> walls)
    {
        ArgumentNullException.ThrowIfNull(walls);
        var kinds = walls.Select(w => w.Loss).Distinct().ToDictionary(loss => loss, loss => new WallAttenuation(loss));
        _walls = [.. walls.Select(w => Wall.Between(w.From, w.To, kinds[w.Loss]))];
        _keys = new double[_walls.Length];
        _boxes = new Box[Math.Max((2 * _walls.Length) - 1, 0)];
        if (_walls.Length > 0)
            Enclose(0, _walls.Length);
    }

    /// <summary>How many boxes paths were compared with: what they cost.</summary>
    public long Comparisons { get; private set; }

    /// <summary>The loss of all walls between two places, the same both ways, dB.</summary>
    /// <param name="freqMhz">Above 0.</param>
    public double LossDb(Position from, Position to, int freqMhz)
    {
        var path = PlanPath.Between(new(from.X, from.Y), new(to.X, to.Y));
        double lossDb = 0;
        for (int i = 0; i < _boxes.Length; Comparisons++)
        {
            ref readonly var box = ref _boxes[i];
            if (!path.Meets(in box))
            {
                i = box.Next;
                continue;
            }
            if (box.Wall >= 0 && path.Crosses(in _walls[box.Wall]))
                lossDb += _walls[box.Wall].Attenuation.DbAt(freqMhz);
            i++;
        }
        return lossDb;
    }

    // Halves, along the box's longer edge.
    private void Enclose(int start, int end)
    {
        ref var box = ref _boxes[_count++];
        box = Box.Around(_walls.AsSpan(start, end - start));
        box.Wall = end - start == 1 ? start : -1;
        if (box.Wall < 0)
        {
            bool isWide = box.HalfX > box.HalfY;
            for (int i = start; i < end; i++)
                _keys[i] = isWide ? _walls[i].From.X + _walls[i].To.X : _walls[i].From.Y + _walls[i].To.Y;
            Array.Sort(_keys, _walls, start, end - start);
            int middle = (start + end) / 2;
            Enclose(start, middle);
            Enclose(middle, end);
        }
        box.Next = _count;
    }

    // From west to east, and from south to north: roundings are the same whichever end is given first.
    private static bool IsInOrder(PlanPoint a, PlanPoint b) => a.X < b.X || (a.X == b.X && a.Y < b.Y);

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Wall(PlanPoint From, PlanPoint To, WallAttenuation Attenuation)
    {
        public static Wall Between(PlanPoint a, PlanPoint b, WallAttenuation attenuation) =>
            IsInOrder(a, b) ? new(a, b, attenuation) : new(b, a, attenuation);
    }

    /// <summary>A rectangle with walls in it.</summary>
    [StructLayout(LayoutKind.Auto)]
    private struct Box
    {
        /// <summary>More than all roundings, metres: a path that touches a wall's end meets its box.</summary>
        private const double Margin = 1e-6;

        public double X, Y; // its middle
        public double HalfX, HalfY;
        public int Next; // of the boxes, the first that is not in it
        public int Wall; // -1: several

        public static Box Around(ReadOnlySpan<Wall> walls)
        {
            double left = double.MaxValue, right = double.MinValue, low = double.MaxValue, high = double.MinValue;
            foreach (ref readonly var wall in walls)
            {
                (left, right) = (Math.Min(left, Math.Min(wall.From.X, wall.To.X)), Math.Max(right, Math.Max(wall.From.X, wall.To.X)));
                (low, high) = (Math.Min(low, Math.Min(wall.From.Y, wall.To.Y)), Math.Max(high, Math.Max(wall.From.Y, wall.To.Y)));
            }
            return new()
            {
                X = (left + right) / 2,
                Y = (low + high) / 2,
                HalfX = ((right - left) / 2) + Margin,
                HalfY = ((high - low) / 2) + Margin,
            };
        }
    }

    /// <summary>The straight line from one place to another, in the plan.</summary>
    [StructLayout(LayoutKind.Auto)]
    private readonly struct PlanPath
    {
        private readonly PlanPoint _start, _end;
        private readonly double _x, _y; // its middle
        private readonly double _halfX, _halfY; // from there to its end

        private PlanPath(PlanPoint start, PlanPoint end)
        {
            (_start, _end) = (start, end);
            (_x, _y) = ((start.X + end.X) / 2, (start.Y + end.Y) / 2);
            (_halfX, _halfY) = ((end.X - start.X) / 2, (end.Y - start.Y) / 2);
        }

        public static PlanPath Between(PlanPoint a, PlanPoint b) => IsInOrder(a, b) ? new(a, b) : new(b, a);

        // They are apart if they are so seen along an axis, or along the path.
        public bool Meets(ref readonly Box box)
        {
            double x = box.X - _x, y = box.Y - _y, halfX = Math.Abs(_halfX), halfY = Math.Abs(_halfY);
            return Math.Abs(x) <= box.HalfX + halfX
                && Math.Abs(y) <= box.HalfY + halfY
                && Math.Abs((_halfX * y) - (_halfY * x)) <= (halfX * box.HalfY) + (halfY * box.HalfX);
        }

        // From one side of the wall to the other: what stands on a wall, or goes along it, is not beyond it. An end of a wall that is on the path
        // counts as left of it, so that a path through the joint of two walls in a line crosses one of them.
        public bool Crosses(ref readonly Wall wall)
        {
            double start = SideOf(wall.From, wall.To, _start), end = SideOf(wall.From, wall.To, _end);
            return ((start < 0 && end > 0) || (start > 0 && end < 0))
                && SideOf(_start, _end, wall.From) >= 0 != SideOf(_start, _end, wall.To) >= 0;
        }

        // Above 0: left of the line.
        private static double SideOf(PlanPoint from, PlanPoint to, PlanPoint point) =>
            ((to.X - from.X) * (point.Y - from.Y)) - ((to.Y - from.Y) * (point.X - from.X));
    }
}
