using System.Text;
using Argus.Web.Http;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Argus.Web.Tests;

public class UploadFormTests
{
    [Theory]
    [InlineData("filename=\"a.mp4\"; filename*")]
    [InlineData("filename*")]
    [InlineData("filename")]
    public async Task A_parameter_without_a_value_is_a_broken_form(string parameter)
    {
        var http = new DefaultHttpContext();
        http.Request.ContentType = "multipart/form-data; boundary=b";
        http.Request.Body = new MemoryStream(
            Encoding.ASCII.GetBytes(
                $"--b\r\nContent-Disposition: form-data; name=\"file\"; {parameter}\r\n\r\nx\r\n--b--\r\n"
            )
        );
        var form = UploadFormReader.Create(http.Request);
        await Assert.ThrowsAsync<InvalidDataException>(() => form.ReadNextFileAsync(CancellationToken.None));
    }
}
