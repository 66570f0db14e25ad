using System.Runtime.InteropServices;

namespace Argus;

/// <summary>A folder under the temporary one that keeps its name and that only its user can write.</summary>
internal static class PrivateFolder
{
    private const int CurrentFolder = -100; // AT_FDCWD
    private const int NotThroughLinks = 0x100; // AT_SYMLINK_NOFOLLOW
    private const uint ModeAndOwner = 0x2 | 0x8; // STATX_MODE | STATX_UID
    private const int StatusBytes = 256;
    private const int OwnerOffset = 20; // of stx_uid in struct statx
    private const int ModeOffset = 28; // of stx_mode
    private const int FolderOfItsOwner = 0x41C0; // S_IFDIR and 0700

    /// <summary>Finds the folder, or makes it.</summary>
    /// <param name="name">The beginning of its name; the user's follows.</param>
    /// <exception cref="ArgusException">
    /// It cannot be made, or something of that name is another user's, who could put anything there.
    /// </exception>
    public static string Create(string name)
    {
        var folder = Path.Combine(Path.GetFullPath(Path.GetTempPath()), $"{name}-{Environment.UserName}");
        try
        {
            if (OperatingSystem.IsWindows())
                Directory.CreateDirectory(folder);
            else
                Directory.CreateDirectory(
                    folder,
                    UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
                );
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ArgusException(Unusable(folder), error);
        }
        return !OperatingSystem.IsLinux() || IsOwn(folder) ? folder : throw new ArgusException(Unusable(folder));
    }

    private static string Unusable(string folder) =>
        $"Neither the home folder nor {folder} can hold what is kept; set ARGUS_CACHE to a folder that can.";

    private static bool IsOwn(string folder)
    {
        var status = new byte[StatusBytes];
        return ReadStatus(CurrentFolder, folder, NotThroughLinks, ModeAndOwner, status) == 0
            && BitConverter.ToUInt32(status, OwnerOffset) == FindUser()
            && BitConverter.ToUInt16(status, ModeOffset) == FolderOfItsOwner;
    }

    [DllImport("libc", EntryPoint = "statx")]
    private static extern int ReadStatus(
        int start,
        [MarshalAs(UnmanagedType.LPUTF8Str)] string path,
        int flags,
        uint mask,
        byte[] status
    );

    [DllImport("libc", EntryPoint = "geteuid")]
    private static extern uint FindUser();
}
